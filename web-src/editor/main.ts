// The page of the editor: fields, toolbar, text, and what is said about saving.
import type { EditorView } from "prosemirror-view"
import { addBlock } from "./add"
import { startBody } from "./body"
import { showConflicts } from "./conflict"
import { fromNode, toNode, type Json } from "./convert"
import { minutes, words } from "./count"
import { announce, button, h } from "./dom"
import { Fields } from "./fields"
import type { Kept } from "./keep"
import { Lock } from "./lock"
import { setLink } from "./marks"
import { paste } from "./paste"
import { Saver, type Status } from "./save"
import { dirOf, readStory, story } from "./story"
import { take } from "./take"
import { Toolbar } from "./toolbar"
import { setWords, t, time } from "./words"

class Page {
  private status = h("p", { class: "save-state", role: "status", id: "save-state" })
  private count = h("p", { class: "meta", id: "count" })
  private notices = h("div", { id: "notices" })
  private locks = h("div", { id: "lock" })
  private clashes = h("div", { id: "clashes" })
  private toolbar = new Toolbar()
  private fields: Fields
  private saver: Saver
  private view!: EditorView
  private lang = story.content.lang

  constructor(place: HTMLElement) {
    this.fields = new Fields(() => this.changed(), () => this.retitle())
    this.saver = new Saver({
      content: () => this.content(), show: (c, undoable) => this.show(c, undoable), status: (s, say, f) => this.say(s, say, f),
      merged: by => this.merged(by), conflicts: list => this.conflicts(list),
      replayed: (k, undo) => this.replayed(k, undo), offer: (k, take, discard) => this.offer(k, take, discard),
    })
    this.draw(place)
    this.start()
  }

  private draw(place: HTMLElement) {
    const body = h("div", { class: "body-place", dir: dirOf(this.lang) })
    const state = h("div", { class: "state" }, this.status, this.count,
      story.urls.preview ? h("a", { href: story.urls.preview, target: "_blank", onclick: (e: MouseEvent) => this.look(e) }, t("preview")) : null,
      story.urls.story ? h("a", { href: story.urls.story }, t("story")) : null,
      story.urls.text ? h("a", { href: story.urls.text }, t("plain")) : null,
      button(t("save"), () => this.saver.save(), { class: story.next ? "btn alt" : "btn", id: "save", "aria-keyshortcuts": "Control+S" }),
      story.next ? button(story.next.text, () => void this.goOn(story.next!.action), { class: "btn", id: "next" }) : null)
    const keys = h("p", { class: "keys", id: "body-keys" }, t("keys"))
    const sheet = h("div", { class: "sheet" }, this.fields.head, this.fields.lead, this.toolbar.dom, body, keys)
    const aside = h("section", { class: "copy", "aria-labelledby": "details-h" }, h("h2", { id: "details-h" }, t("details")), this.fields.details)
    place.append(state, this.locks, this.clashes, this.notices, h("div", { class: "ed" }, sheet, aside))
    this.view = startBody(body, toNode(story.content.body || {}), {
      changed: () => this.changed(), selected: () => this.view && this.toolbar.update(), save: () => this.saver.save(),
      toolbar: () => this.toolbar.focus(), link: () => void setLink(this.view), add: () => addBlock(this.view), paste, lang: () => this.lang, label: t("body"),
    })
    this.view.dom.id = "body"
    this.toolbar.attach(this.view)
  }

  private start() {
    this.fields.write(story.content)
    this.counted()
    this.say("saved")
    addEventListener("keydown", e => {
      if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "s") {
        e.preventDefault()
        this.saver.save()
      }
    })
    void this.saver.start().then(() => new Lock(this.locks).start(this.saver.id))
    document.getElementById("editor")!.dataset.ready = "true"
  }

  /** goOn makes the next step with the text as it stands, once the server has
   * it; what keeps it from being saved is said as ever. */
  private async goOn(action: string) {
    if (!(await this.saver.settled())) return
    const field = (name: string, value: string) => h("input", { type: "hidden", name, value })
    const form = h("form", { method: "post", action, hidden: true }, field("nonce", story.nonce), field("seen", this.saver.revision))
    document.body.append(form)
    form.submit()
  }

  /** look opens the preview once the server has what was typed. */
  private look(e: MouseEvent) {
    const tab = open("about:blank", "_blank")
    if (!tab) return
    e.preventDefault()
    void this.saver.settled().then(() => { tab.location.href = story.urls.preview! })
  }

  private content(): Json {
    const c = this.fields.read()
    c.body = fromNode(this.view.state.doc, story.content.body?.lang ?? c.lang)
    return c
  }

  private show(c: Json, undoable = false) {
    this.fields.write(c)
    this.direct(c.lang)
    take(this.view, c.body || {}, undoable)
    this.counted()
    this.retitle()
  }

  private direct(lang: string) {
    if (lang === this.lang) return
    this.lang = lang
    this.view.dom.parentElement!.dir = dirOf(lang)
    this.view.setProps({})
  }

  private counting = 0

  private changed() {
    this.saver.changed()
    this.counting ||= window.setTimeout(() => { this.counting = 0; this.counted() }, 300)
  }

  private counted() {
    const n = words(this.view.state.doc)
    this.count.textContent = t("count.words", { n }) + " · " + t("count.minutes", { n: minutes(n) })
  }

  private retitle() {
    const h1 = document.querySelector("#editor h1")
    const headline = this.fields.read().headline
    if (h1 && headline) h1.textContent = t("title", { headline })
  }

  /** say shows how it stands with saving. */
  private say(s: Status, more?: string, faults?: Record<string, string>) {
    const at = s === "saved" ? time(more ? new Date(more) : new Date()) : ""
    const text = s === "saved" && !more ? t("state.opened", { n: story.number }) : t("state." + s, { at })
    this.fields.fault(faults || {})
    if (this.status.dataset.state === s && this.status.firstChild?.textContent === text) return
    this.status.dataset.state = s
    this.status.replaceChildren(text)
    const acts: Record<string, HTMLElement | undefined> = {
      signed_out: h("a", { href: story.urls.signin || "/desk/sign-in", target: "_blank", rel: "opener" }, t("state.signin")),
      offline: button(t("state.retry"), () => this.saver.save(), { class: "lnk" }),
      denied: button(t("state.retry"), () => this.saver.save(), { class: "lnk" }),
    }
    const act = acts[s]
    if (act) this.status.append(" ", act)
    if (more && s !== "saved") this.status.append(" ", more)
  }

  private merged(by: string[]) {
    this.notice("hint", t("merged", { names: new Intl.ListFormat(story.lang).format(by) }))
  }

  private conflicts(list: Json[]) {
    showConflicts(this.clashes, list, () => this.content(), (c, content) => {
      this.show(content, true)
      this.saver.settle(c)
      this.conflicts(this.saver.conflicts)
      announce(t("conflict.done"))
      if (!this.saver.conflicts.length) this.view.focus()
    })
  }

  private replayed(k: Kept, undo: () => void) {
    const note = this.notice("hint", t("kept.back", { at: when(k.at) }), button(t("kept.undo"), () => { undo(); note.remove() }, { class: "lnk" }))
  }

  private offer(k: Kept, takeIt: () => void, discard: () => void) {
    const note = this.notice("warn", t("kept.other", { at: when(k.at) }),
      button(t("kept.take"), () => { takeIt(); note.remove() }), button(t("kept.discard"), () => { discard(); note.remove() }, { class: "lnk" }))
  }

  private notice(kind: string, text: string, ...acts: HTMLElement[]): HTMLElement {
    const note = h("div", { class: "note " + kind, role: "status" }, h("p", {}, text), h("div", { class: "acts" }, ...acts, button(t("form.close"), () => note.remove(), { class: "lnk" })))
    this.notices.append(note)
    return note
  }
}

const when = (at: number): string => new Date(at).toLocaleString(story.lang, { dateStyle: "medium", timeStyle: "short" })

readStory()
setWords(story.words, story.lang)
new Page(document.getElementById("editor")!)
