// Blocks that are more than running text: a line on top that says what they are,
// with the button of their form.
import type { Node } from "prosemirror-model"
import type { EditorView, NodeView } from "prosemirror-view"
import { described, shapes, type Field } from "./describe"
import { h, button } from "./dom"
import { ask, isAddress, label, type Extra, type FormField, type Values } from "./forms"
import { kindName } from "./move"
import { pickPicture } from "./library"
import { describe, missing, sourceOf } from "./pictures"
import { story } from "./story"
import { t } from "./words"

/** What no form shows: what other programs wrote, and what is written in place. */
const hidden = new Set(["id", "lang", "dir", "anchor", "ref", "width", "height", "media", "poster", "items", "extra"])

/** Kinds drawn as a box. */
export const boxed = ["quote", "pullquote", "image", "gallery", "gallery_images", "embed", "table", "code", "divider", "related", "factbox", "appeal", "live", "document", "audio", "video", "raw"]

export function formOf(kind: string): FormField[] {
  if (kind === "raw" || kind === "related") return []
  return shapes.get(kind)!.attrs.filter(f => !hidden.has(f.name)).map(f => field(kind, f))
}

function field(kind: string, f: Field): FormField {
  const out: FormField = { name: f.name, label: label(kind, f.name), kind: "text" }
  if (kind === "appeal" && f.name === "campaign")
    return { ...out, kind: "choice", options: [{ value: "", text: t("field.appeal.general") }, ...(story.campaigns || []).map(c => ({ value: c.id, text: c.name }))] }
  if (kind === "embed" && f.name === "provider")
    return { ...out, kind: "choice", options: [{ value: "", text: t("field.embed.other") }, ...described.providers.map(p => ({ value: p, text: p }))] }
  const kinds: Record<string, FormField["kind"]> = { url: "url", flag: "flag", number: "number", time: "time", enum: "choice", code: "area" }
  out.kind = kinds[f.kind] || "text"
  if (f.kind === "enum") out.options = [...(f.required ? [] : [""]), ...f.values!].map(v => ({ value: v, text: v && t(`value.${v}`) }))
  out.required = kind === "embed" && f.name === "url"
  return out
}

/** edit asks for the fields of a block and gives the changed attributes. */
export async function edit(kind: string, attrs: Values): Promise<Values | null> {
  if (kind === "image" || kind === "gallery_images") return describe(attrs)
  if (kind === "related") return editRelated(attrs)
  return ask(t("form.edit", { what: t("kind." + kind) }), formOf(kind), attrs, [hostLine(kind)].filter((x): x is Extra => !!x))
}

function hostLine(kind: string): Extra | null {
  return kind === "embed" ? { dom: h("p", { class: "hint" }, t("embed.hint")), take: v => { v.provider ||= providerOf(v.url) } } : null
}

/** providerOf guesses the site of an embed by its host; the server knows better
 * and is asked when HTML is pasted. */
function providerOf(url: string): string {
  let host = ""
  try {
    host = new URL(url).hostname.replace(/^www\./, "")
  } catch {
    return ""
  }
  if (host === "youtu.be") return "youtube"
  if (host === "twitter.com") return "x"
  return described.providers.find(p => host.split(".").slice(-2)[0] === p || host.split(".")[0] === p) || ""
}

async function editRelated(attrs: Values): Promise<Values | null> {
  const text = (attrs.items || []).map((i: Values) => [i.href || i.article, i.title].filter(Boolean).join(" ")).join("\n")
  const area = Object.assign(h("textarea", { class: "in", rows: 6, id: "related", dir: "auto" }), { value: text })
  const fault = h("p", { class: "err", role: "alert", hidden: true }, t("related.fault"))
  const dom = h("div", { class: "field" }, h("label", { for: "related" }, t("related.label")), h("p", { class: "hint" }, t("related.hint")), area, fault)
  area.addEventListener("input", () => (fault.hidden = !related(area.value, attrs.items).some(i => !i)))
  return ask(t("form.edit", { what: t("kind.related") }), [], attrs, [{ dom, take: v => (v.items = related(area.value, attrs.items).filter(Boolean)) }])
}

/** related reads a line each: an address or the id of an article, and a title. */
function related(text: string, old: Values[] | null): (Values | null)[] {
  return text.split("\n").map(l => l.trim()).filter(Boolean).map(line => {
    const [first, ...rest] = line.split(/\s+/)
    const title = rest.join(" ")
    const known = (old || []).find(i => (i.href || i.article) === first)
    if (known) return { ...known, ...(title ? { title } : {}) }
    if (/^[0-9a-z]{26}$/.test(first)) return { article: first, ...(title && { title }) }
    return isAddress(first) ? { href: first, ...(title && { title }) } : null
  })
}

/** Box draws one. */
export class Box implements NodeView {
  dom: HTMLElement
  contentDOM?: HTMLElement
  private bar = h("div", { class: "bx-bar", contenteditable: "false" })
  private show = h("div", { class: "bx-show", contenteditable: "false" })

  constructor(private node: Node, private view: EditorView, private pos: () => number | undefined) {
    const kind = node.type.name
    this.dom = h(kind === "quote" ? "blockquote" : "div", { class: "bx bx-" + kind, role: "group", "aria-label": kindName(node), "data-mh": kind })
    this.dom.append(this.bar, this.show)
    if (!node.isLeaf) {
      this.contentDOM = kind === "code" ? h("code", { class: "bx-code", dir: "ltr", spellcheck: "false" }) : h("div", { class: "bx-in" })
      this.dom.append(this.contentDOM)
    }
    this.draw()
  }

  update(node: Node): boolean {
    if (node.type !== this.node.type) return false
    const same = node.sameMarkup(this.node)
    this.node = node
    if (!same) this.draw()
    return true
  }

  stopEvent(e: Event): boolean {
    const in_ = (e.target as HTMLElement).closest?.(".bx-bar button, .bx-show button")
    return in_ != null && this.dom.contains(in_)
  }

  ignoreMutation(m: { target: globalThis.Node; type: string }): boolean {
    return m.type !== "selection" && !this.contentDOM?.contains(m.target)
  }

  private draw() {
    const n = this.node
    const kind = n.type.name
    this.dom.lang = n.attrs.lang || ""
    if (!n.attrs.lang) this.dom.removeAttribute("lang")
    const acts: HTMLElement[] = []
    if (kind === "gallery") acts.push(button(t("gallery.add"), () => this.addPhoto(), { class: "lnk" }))
    if (kind === "related" || formOf(kind).length) acts.push(button(t("form.change"), () => this.edit(), { class: "lnk", "aria-label": t("form.edit", { what: kindName(n) }) }))
    this.bar.replaceChildren(h("span", { class: "bx-kind" }, kindName(n)), ...acts)
    this.show.replaceChildren(...this.face())
  }

  /** face is what is seen of the attributes. */
  private face(): HTMLElement[] {
    const a = this.node.attrs
    switch (this.node.type.name) {
      case "image":
      case "gallery_images":
        return this.picture()
      case "quote":
        return a.role || a.source ? [h("p", { class: "meta" }, [a.role, a.source].filter(Boolean).join(" · "))] : []
      case "embed":
        return [h("p", {}, a.title || a.url), h("p", { class: "meta", dir: "ltr" }, a.url)]
      case "related":
        return [h("ul", {}, ...(a.items || []).map((i: Values) => h("li", {}, i.title || i.href || i.article)))]
      case "appeal":
        return [h("p", {}, (story.campaigns || []).find(c => c.id === a.campaign)?.name || t("field.appeal.general"))]
      case "live":
        return [h("p", { class: "meta" }, a.at ? new Date(a.at).toLocaleString(story.lang) : t("live.when"))]
      case "divider":
        return [h("hr")]
      case "raw":
        return [h("p", {}, t("raw.say")), h("p", { class: "meta" }, a.reason), h("details", {}, h("summary", {}, t("raw.show")), h("pre", { dir: "ltr", tabindex: 0, "aria-label": t("kind.raw") }, a.html.slice(0, 4000)))]
      case "document":
      case "audio":
      case "video":
        return [h("p", {}, a.title || a.source || a.media || t("media.none"))]
    }
    return []
  }

  private picture(): HTMLElement[] {
    const a = this.node.attrs
    const src = sourceOf(a.media, "")
    const m = story.media[a.media]
    const alt = a.decorative ? "" : a.alt || m?.alt || t("picture.noalt")
    const what = a.decorative ? t("picture.decorative") : a.alt || m?.alt || ""
    const out: HTMLElement[] = [src ? h("img", { src, alt, draggable: "false", "data-media": a.media }) : h("p", { class: "bx-none" }, t("picture.elsewhere"), " ", a.source)]
    const lacks = missing(a)
    out.push(h("p", { class: "meta" }, [what, a.credit || m?.credit].filter(Boolean).join(" · ")))
    if (lacks.length) out.push(h("p", { class: "bx-lacks" }, lacks.join(" ")))
    return out
  }

  private async edit() {
    const v = await edit(this.node.type.name, this.node.attrs)
    const at = this.pos()
    if (v && at !== undefined) this.view.dispatch(this.view.state.tr.setNodeMarkup(at, null, v))
    this.view.focus()
  }

  private async addPhoto() {
    const p = await pickPicture()
    const at = this.pos()
    if (!p || at === undefined) return
    const { schema } = this.view.state
    const photo = schema.nodes.gallery_images.createAndFill({ media: p.id })!
    this.view.dispatch(this.view.state.tr.insert(at + 1 + this.node.content.size - this.node.lastChild!.nodeSize, photo))
  }
}
