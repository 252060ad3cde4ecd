// Choosing a picture: from the library, or from a file that is brought in.
import { announce, button, h, unique } from "./dom"
import { bring, choose, type Uploaded } from "./pictures"
import { story } from "./story"
import { t } from "./words"

interface Listed { pictures: Uploaded[]; next?: string }

async function list(query: string, after: string): Promise<Listed | null> {
  const q = new URLSearchParams({ q: query, after, lang: story.content.lang || "" })
  try {
    const r = await fetch(story.urls.library + "?" + q, { credentials: "same-origin" })
    return r.ok ? await r.json() : null
  } catch {
    return null
  }
}

/** fromFile brings in a file that a person chooses. */
export async function fromFile(): Promise<Uploaded | null> {
  const file = await choose()
  return file && bring(file)
}

/** pickPicture lets a person choose one; null where they did not. */
export function pickPicture(): Promise<Uploaded | null> {
  if (!story.urls.library) return fromFile()
  return new Promise(done => {
    const back = document.activeElement as HTMLElement | null
    const heading = unique(), id = unique()
    let result: Uploaded | null = null
    let next = ""
    let asked = 0
    const shots = h("ul", { class: "pick-shots", role: "list" })
    const state = h("p", { class: "hint", role: "status" })
    const more = button(t("library.more"), () => void load(false), { class: "lnk", hidden: true })
    const find = h("input", { class: "in", id, type: "search", dir: "auto", oninput: () => { clearTimeout(asked); asked = window.setTimeout(() => void load(true), 250) } })
    const take = (p: Uploaded) => {
      story.media[p.id] = p
      result = p
      dialog.close()
    }
    const shot = (p: Uploaded) => h("li", {}, h("button", { type: "button", onclick: () => take(p) },
      h("img", { src: p.src.split("?")[0] + "?w=320", alt: p.alt || "", loading: "lazy" }), h("span", { dir: "auto" }, p.name || p.id),
      h("small", { dir: "auto" }, p.credit || t("picture.credit.missing")), p.until && h("small", {}, t("library.until", { day: p.until }))))
    const load = async (anew: boolean) => {
      const query = find.value
      const got = await list(query, anew ? "" : next)
      if (query !== find.value) return // somebody types on
      if (anew) shots.replaceChildren()
      for (const p of got?.pictures || []) shots.append(shot(p))
      next = got?.next || ""
      more.hidden = !next
      state.textContent = !got ? t("picture.offline") : shots.childElementCount ? "" : t("library.none")
    }
    const file = async () => {
      const p = await fromFile()
      if (p) take(p)
    }
    const dialog = h("dialog", { class: "ask wide", "aria-labelledby": heading, onclose: () => { dialog.remove(); back?.focus(); done(result) } },
      h("h2", { id: heading }, t("library.title")),
      h("div", { class: "acts" }, h("button", { type: "button", class: "btn", onclick: () => void file() }, t("library.file")), button(t("form.cancel"), () => dialog.close())),
      h("div", { class: "field" }, h("label", { for: id }, t("library.find")), find), state, shots, more)
    document.getElementById("editor")!.append(dialog)
    dialog.showModal()
    void load(true)
    find.focus()
  })
}

/** offerKnown asks whether a picture that is here already shall be used in place
 * of the same one that was just brought in. */
export function offerKnown(brought: Uploaded, known: Uploaded): Promise<Uploaded> {
  return new Promise(done => {
    const heading = unique()
    let result = brought
    const use = () => {
      story.media[known.id] = known
      result = known
      announce(t("library.used", { name: known.name || "" }))
      dialog.close()
    }
    const dialog = h("dialog", { class: "ask", "aria-labelledby": heading, onclose: () => { dialog.remove(); done(result) } },
      h("h2", { id: heading }, t("library.known")), h("p", {}, t("library.known.say")),
      h("img", { src: known.src, alt: known.alt || "" }), h("p", { class: "meta", dir: "auto" }, [known.name, known.credit, known.until && t("library.until", { day: known.until })].filter(Boolean).join(" · ")),
      h("div", { class: "acts" }, h("button", { type: "button", class: "btn", onclick: use }, t("library.use")), button(t("library.keep"), () => dialog.close())))
    document.getElementById("editor")!.append(dialog)
    dialog.showModal()
  })
}
