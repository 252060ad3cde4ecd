// Pictures: bringing them in, saying what they show, and whose they are.
import { h, button, announce } from "./dom"
import { ask, label, type Extra, type Values } from "./forms"
import { framing } from "./framing"
import { offerKnown } from "./library"
import { post, story, type Medium } from "./story"
import { t } from "./words"

export interface Uploaded extends Medium {
  id: string
  alike?: Uploaded[] // what is here already and looks the same
}

const fresh = new Map<string, string>() // medium → address of the file in this browser

/** sourceOf is where a picture is shown from: until the server has made its
 * sizes, the file that was brought in. */
export const sourceOf = (media: string, source = ""): string => fresh.get(media) || story.media[media]?.src || source

/** upload brings a picture in and tells how far it has come. */
export function upload(file: File, progress: (percent: number) => void): Promise<Uploaded> {
  return new Promise((done, fail) => {
    if (!story.urls.pictures) return fail(new Error(t("picture.no")))
    const r = new XMLHttpRequest()
    const body = new FormData()
    body.append("nonce", story.nonce)
    body.append("lang", story.content.lang || "")
    body.append("file", file)
    r.open("POST", story.urls.pictures)
    r.responseType = "json"
    r.upload.onprogress = e => e.lengthComputable && progress(Math.round((e.loaded / e.total) * 100))
    r.onerror = () => fail(new Error(t("picture.offline")))
    r.onload = () => {
      if (r.status !== 200 || !r.response?.id) return fail(new Error(r.response?.say || t("picture.failed")))
      const p = r.response as Uploaded
      story.media[p.id] = p
      fresh.set(p.id, URL.createObjectURL(file))
      done(p)
    }
    r.send(body)
  })
}

/** bring uploads with a bar to see; it gives null where that failed and was
 * said. */
export async function bring(file: File): Promise<Uploaded | null> {
  const bar = h("progress", { max: 100, value: 0, "aria-label": t("picture.sending", { name: file.name }) })
  const line = h("p", { class: "note hint bring" }, t("picture.sending", { name: file.name }), " ", bar)
  const place = document.getElementById("notices")!
  place.append(line)
  try {
    const p = await upload(file, n => (bar.value = n))
    line.remove()
    announce(t("picture.there", { name: file.name }))
    return p.alike?.length ? await offerKnown(p, p.alike[0]) : p
  } catch (e) {
    line.replaceChildren((e as Error).message, " ", button(t("form.close"), () => line.remove(), { class: "lnk" }))
    line.className = "note stop bring"
    line.setAttribute("role", "alert")
    return null
  }
}

/** choose lets a person pick a file. */
export function choose(): Promise<File | null> {
  return new Promise(done => {
    const input = h("input", { type: "file", accept: "image/jpeg,image/png,image/gif,image/webp", hidden: true, onchange: () => { done(input.files?.[0] || null); input.remove() }, oncancel: () => { done(null); input.remove() } })
    document.getElementById("editor")!.append(input)
    input.click()
  })
}

/** missing names what a picture lacks before readers may see it. */
export function missing(p: Values): string[] {
  const m = story.media[p.media]
  const out: string[] = []
  if (!p.decorative && !p.alt && !m?.alt) out.push(t("picture.alt.missing"))
  if (!p.credit && !m?.credit) out.push(t("picture.credit.missing"))
  return out
}

/** credited keeps whose a picture is in the library, for all its uses. */
export async function credited(media: string, credit: string): Promise<void> {
  await post(story.urls.picture + media, { credit }).catch(() => announce(t("picture.offline")))
}

const names = ["alt", "decorative", "credit", "credit_link", "link"] as const

/** describe asks for what a picture shows and whose it is. */
export async function describe(p: Values): Promise<Values | null> {
  const extra: Extra[] = [preview(p), ...framed(p.media)]
  return ask(t("picture.edit"), names.map(name => ({
    name, label: label("image", name), hint: name === "alt" ? t("picture.alt.hint") : name === "credit" ? t("picture.credit.hint") : undefined,
    kind: name === "alt" ? "area" : name === "decorative" ? "flag" : name === "credit" ? "text" : "url",
  })), p, extra)
}

function preview(p: Values): Extra {
  return { dom: h("p", { class: "hint" }, missing(p).join(" ")) }
}

/** framed is the part of a form that says how a picture is cut; nothing where this
 * person may not change it. */
export function framed(media: string): Extra[] {
  const m = story.media[media]
  if (!m?.mine || !story.urls.picture) return []
  return [framing(media, fresh.get(media) || m.src.split("?")[0] + "?whole=1", () => {
    if (story.media[media].crop) fresh.delete(media) // what the browser has is all of it
    for (const img of document.querySelectorAll<HTMLImageElement>(`#editor img[data-media="${media}"]`)) img.src = sourceOf(media)
  })]
}
