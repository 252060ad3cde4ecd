// The fields of the article beside its body. They are saved in the same content;
// what has no field here stays in it as it was.
import type { Json } from "./convert"
import { button, h, unique } from "./dom"
import { ask } from "./forms"
import { same } from "./merge"
import { fromFile, pickPicture } from "./library"
import { credited, framed, missing, sourceOf, type Uploaded } from "./pictures"
import { dirOf, story, type Choice } from "./story"
import { t } from "./words"

export const articleKinds = ["report", "analysis", "opinion", "explainer", "interview", "live", "fact-check", "obituary", "notice", "page"]
const roles = ["by", "with", "photos", "translation", "editing"]

/** Part shows one part of the content and reads it back. */
interface Part {
  dom: HTMLElement
  write: (c: Json) => void
  read: (c: Json) => void
}

const put = (c: Json, key: string, v: any) => {
  const none = v === "" || v == null || v === false || (Array.isArray(v) && !v.length) || (typeof v === "object" && !Array.isArray(v) && !Object.keys(v).length)
  if (none && key !== "headline" && key !== "kind" && key !== "lang") delete c[key]
  else c[key] = v
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

/** row is a labelled control for one field. */
function row(key: string, control: Control, hint = ""): HTMLElement {
  const id = unique()
  control.id = id
  control.classList.add("in")
  const say = hint && h("p", { class: "hint", id: id + "-hint" }, hint)
  if (say) control.setAttribute("aria-describedby", say.id)
  return h("div", { class: "field", "data-field": key }, h("label", { for: id }, t("content." + key)), say, control)
}

/** One line of text, or several lines that are joined. path may have two parts. */
function line(path: string, changed: () => void, attrs: Record<string, any> = {}, area = false, hint = ""): Part {
  const control: HTMLInputElement | HTMLTextAreaElement = area ? h("textarea", { rows: 2, dir: "auto", ...attrs }) : h("input", { type: "text", dir: "auto", ...attrs })
  control.addEventListener("input", changed)
  const [key, sub] = path.split(".")
  return {
    dom: row(path, control, hint),
    write: c => {
      const v = (sub ? c[key]?.[sub] : c[key]) || ""
      if (control.value !== v) control.value = v
    },
    read: c => {
      const v = control.value.replace(/\s*\n\s*/g, " ")
      put(c, key, sub ? cleaned({ ...c[key], [sub]: v }) : v)
    },
  }
}

const cleaned = (o: Json): Json => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== "" && v !== false && v != null))

function pick(key: string, options: Choice[], changed: () => void, sub = "", hint = ""): Part {
  const control = h("select", { onchange: changed })
  for (const o of options) control.append(h("option", { value: o.id }, o.name))
  return {
    dom: row(sub ? key + "." + sub : key, control, hint),
    write: c => {
      const v = (sub ? c[key]?.[sub] : c[key]) || ""
      if (![...control.options].some(o => o.value === v)) control.append(h("option", { value: v }, v)) // one that is gone from the list stays
      control.value = v
    },
    read: c => put(c, key, sub ? cleaned({ ...c[key], [sub]: control.value }) : control.value),
  }
}

/** Several of a list, as boxes to tick. */
function several(key: string, options: Choice[], changed: () => void): Part {
  const id = unique()
  const box = h("div", { class: "ticks" })
  const dom = h("fieldset", { class: "field", "data-field": key, "aria-labelledby": id }, h("legend", { id }, t("content." + key)), box)
  return {
    dom,
    write: c => {
      const chosen: string[] = c[key] || []
      const gone = chosen.filter(v => !options.some(o => o.id === v)).map(v => ({ id: v, name: v }))
      box.replaceChildren(...[...options, ...gone].map(o => h("label", { class: "tick" }, h("input", { type: "checkbox", value: o.id, checked: chosen.includes(o.id), onchange: changed }), o.name)))
      dom.hidden = !box.childElementCount
    },
    read: c => {
      const ticked = [...box.querySelectorAll<HTMLInputElement>("input:checked")].map(i => i.value)
      const before: string[] = c[key] || []
      put(c, key, [...before.filter(v => ticked.includes(v)), ...ticked.filter(v => !before.includes(v))])
    },
  }
}

function flag(key: string, sub: string, changed: () => void): Part {
  const id = unique()
  const box = h("input", { type: "checkbox", id, onchange: changed })
  return {
    dom: h("div", { class: "field", "data-field": key }, h("div", { class: "tick" }, box, h("label", { for: id }, t(`content.${key}.${sub}`)))),
    write: c => { box.checked = !!c[key]?.[sub] },
    read: c => put(c, key, cleaned({ ...c[key], [sub]: box.checked })),
  }
}

/** Bylines: a line each, of a person or a guest, and what they did. */
function bylines(changed: () => void): Part {
  const list = h("div", { class: "bylines" })
  const add = (b: Json) => list.append(byline(b, changed))
  const dom = h("fieldset", { class: "field", "data-field": "bylines" }, h("legend", {}, t("content.bylines")), list,
    button(t("byline.add"), () => { add({ role: "by" }); list.lastElementChild!.querySelector<HTMLElement>("select,input")!.focus() }, { class: "lnk" }))
  return {
    dom,
    write: c => {
      if (same(c.bylines || [], [...list.children].map(readByline))) return // the cursor may be in one of them
      list.replaceChildren()
      for (const b of c.bylines || []) add(b)
    },
    read: c => put(c, "bylines", [...list.children].map(readByline).filter(b => b.person || b.name)),
  }
}

function byline(b: Json, changed: () => void): HTMLElement {
  const people = [{ id: "", name: t("byline.guest") }, ...(story.people || [])]
  if (b.person && !people.some(p => p.id === b.person)) people.push({ id: b.person, name: b.name })
  const who = h("select", { class: "in", name: "person", "aria-label": t("byline.person") }, ...people.map(p => h("option", { value: p.id }, p.name)))
  who.value = b.person || ""
  const name = h("input", { class: "in", name: "name", type: "text", dir: "auto", value: b.name || "", "aria-label": t("byline.name"), oninput: changed })
  const role = h("select", { class: "in", name: "role", "aria-label": t("byline.role"), onchange: changed }, ...roles.map(r => h("option", { value: r }, t("role." + r))))
  role.value = b.role || "by"
  const dom = h("div", { class: "byline" }, role, who, name, button(t("byline.remove"), () => { dom.remove(); changed() }, { class: "lnk" }))
  const guest = () => { name.hidden = who.value !== "" }
  who.addEventListener("change", () => {
    name.value = people.find(p => p.id === who.value && p.id)?.name || ""
    guest()
    changed()
  })
  guest()
  return dom
}

function readByline(dom: Element): Json {
  const value = (name: string) => dom.querySelector<Control>(`[name=${name}]`)!.value.trim()
  const person = value("person")
  return { ...(person && { person }), name: value("name"), role: value("role") }
}

/** The lead picture, with words of this article in place of the picture's own. */
function lead(changed: () => void): Part {
  let now: Json | null = null
  const face = h("div", { class: "lead-face" })
  const dom = h("div", { class: "lead", role: "group", "aria-label": t("content.lead"), "data-field": "lead" }, face)
  const draw = () => {
    const m = now && story.media[now.media]
    const src = now && sourceOf(now.media)
    const lacks = now ? missing(now) : []
    const shown: (HTMLElement | null)[] = [
      src ? h("img", { src, alt: now!.alt || m?.alt || t("picture.noalt"), "data-media": now!.media }) : null,
      now ? h("p", { class: "cap" }, [now.caption || m?.caption, m?.credit].filter(Boolean).join(" · ")) : null,
      lacks.length ? h("p", { class: "bx-lacks" }, lacks.join(" ")) : null,
      h("p", { class: "lead-acts" },
        button(t(now ? "lead.other" : "lead.add"), () => void take(fromFile()), { class: "lnk" }), " ",
        story.urls.library ? button(t("lead.library"), () => void take(pickPicture()), { class: "lnk" }) : null, " ",
        now && button(t("lead.words"), edit, { class: "lnk" }), " ",
        now && button(t("lead.remove"), () => { now = null; draw(); changed() }, { class: "lnk" })),
    ]
    face.replaceChildren(...shown.filter(e => e !== null))
  }
  const take = async (picked: Promise<Uploaded | null>) => {
    const p = await picked
    if (!p) return
    now = { media: p.id }
    draw()
    changed()
    await edit()
  }
  const edit = async () => {
    const m = story.media[now!.media]
    const v = await ask(t("picture.edit"), [
      { name: "alt", label: t("field.alt"), hint: t("picture.alt.hint"), kind: "area" },
      { name: "caption", label: t("field.caption"), kind: "area" },
      { name: "credit", label: t("field.credit"), hint: t("lead.credit.hint"), kind: "text" },
    ], { alt: now!.alt || "", caption: now!.caption || "", credit: m?.credit || "" }, framed(now!.media))
    if (!v) return
    now = cleaned({ media: now!.media, alt: v.alt, caption: v.caption })
    if (m && v.credit !== (m.credit || "")) {
      m.credit = v.credit
      void credited(now.media, v.credit)
    }
    draw()
    changed()
  }
  return {
    dom,
    write: c => { now = c.lead ? { ...c.lead } : null; draw() },
    read: c => { if (now) c.lead = now; else delete c.lead },
  }
}

/** Fields are all parts together. */
export class Fields {
  head: HTMLElement
  details: HTMLElement
  lead: HTMLElement
  private parts: Part[] = []
  private content: Json = {}

  constructor(changed: () => void, headline: () => void) {
    const add = (p: Part): HTMLElement => { this.parts.push(p); return p.dom }
    const grow = (key: string, css: string) => {
      const p = line(key, () => { changed(); headline() }, { class: css, rows: 1 }, true)
      p.dom.className = "plain-field"
      p.dom.querySelector("label")!.className = "vh"
      const area = p.dom.querySelector("textarea")!
      area.placeholder = t("content." + key)
      area.addEventListener("keydown", e => { if (e.key === "Enter") { e.preventDefault(); (key === "headline" ? this.head.querySelector<HTMLElement>(".dek") : document.getElementById("body"))?.focus() } })
      return add(p)
    }
    this.head = h("div", {}, grow("headline", "t"), grow("dek", "dek"))
    this.lead = add(lead(changed))
    const all = (key: string) => [{ id: "", name: "–" }, ...((story as any)[key] as Choice[] || [])]
    const kinds = articleKinds.map(k => ({ id: k, name: t("article." + k) }))
    this.details = h("div", {},
      add(pick("kind", kinds, changed)), add(pick("section", all("sections"), changed)), add(bylines(changed)),
      add(line("dateline.place", changed)), add(line("dateline.date", changed, { type: "date", dir: null })),
      group("topics", add(several("topics", story.topics || [], changed)), add(several("more_sections", story.sections || [], changed))),
      group("titles", add(line("short_headline", changed)), add(line("seo_title", changed)), add(line("social_title", changed)),
        add(line("slug", changed, { dir: "ltr", spellcheck: "false" }, false, t("content.slug.hint"))), add(line("lang", changed, { dir: "ltr" }, false, t("lang.hint")))),
      group("notes", add(line("disclosure", changed, {}, true, t("content.disclosure.hint"))), add(line("accessibility", changed, {}, true)),
        add(line("canonical_url", changed, { dir: "ltr", inputmode: "url" })), add(line("licence", changed)), add(line("licence_url", changed, { dir: "ltr", inputmode: "url" })),
        add(flag("appeal", "off", changed)), add(pick("appeal", [{ id: "", name: t("field.appeal.current") }, ...(story.campaigns || [])], changed, "campaign"))))
  }

  /** write shows a content. */
  write(c: Json) {
    this.content = structuredClone(c)
    for (const p of this.parts) p.write(c)
    this.direct(c.lang)
  }

  /** read gives the content with what the fields hold; the body is not its
   * business. */
  read(): Json {
    const c = structuredClone(this.content)
    for (const p of this.parts) p.read(c)
    return (this.content = c) && structuredClone(c)
  }

  private direct(lang: string) {
    for (const el of this.head.querySelectorAll<HTMLElement>("textarea")) {
      el.lang = lang
      el.dir = dirOf(lang)
    }
  }

  /** fault shows the server's sentences beside their fields. */
  fault(fields: Record<string, string>) {
    for (const el of [...this.details.querySelectorAll(".err"), ...this.head.querySelectorAll(".err")]) el.remove()
    for (const [key, say] of Object.entries(fields)) {
      const at = [this.head, this.details, this.lead].map(d => d.matches(`[data-field="${key}"]`) ? d : d.querySelector<HTMLElement>(`[data-field="${key}"], [data-field^="${key}."]`)).find(Boolean)
      const details = at?.closest("details")
      if (details) details.open = true
      at?.append(h("p", { class: "err" }, say))
    }
  }
}

function group(key: string, ...content: HTMLElement[]): HTMLElement {
  return h("details", { class: "more" }, h("summary", {}, t("group." + key)), ...content)
}
