// Pictures: bringing them in, saying what they show, and whose they are.
import { h, button, announce } from "./dom"
import { ask, label, type Extra, type Values } from "./forms"
import { post, story, type Medium } from "./story"
import { t } from "./words"

export interface Uploaded extends Medium { id: string }

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
    return p
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
  const extra: Extra[] = [preview(p)]
  if (story.media[p.media] && story.urls.picture) extra.push(focus(p.media))
  return ask(t("picture.edit"), names.map(name => ({
    name, label: label("image", name), hint: name === "alt" ? t("picture.alt.hint") : name === "credit" ? t("picture.credit.hint") : undefined,
    kind: name === "alt" ? "area" : name === "decorative" ? "flag" : name === "credit" ? "text" : "url",
  })), p, extra)
}

function preview(p: Values): Extra {
  return { dom: h("p", { class: "hint" }, missing(p).join(" ")) }
}

/** focus lets a person mark the point that stays in sight when the picture is
 * cut, by a click or by the arrow keys. */
function focus(media: string): Extra {
  const m = story.media[media]
  let [x, y] = m.focal || [5000, 5000]
  const dot = h("span", { class: "focal-dot" })
  const where = () => t("picture.focal.at", { x: Math.round(x / 100), y: Math.round(y / 100) })
  const img = h("img", { src: sourceOf(media), alt: "" })
  const pad = h("button", { type: "button", class: "focal" }, img, dot)
  const show = () => {
    dot.style.insetBlockStart = y / 100 + "%"
    dot.style.left = x / 100 + "%" // of the picture, which has no reading direction
    pad.setAttribute("aria-label", t("picture.focal") + ": " + where())
  }
  const set = (nx: number, ny: number) => {
    x = Math.round(Math.min(10000, Math.max(0, nx)))
    y = Math.round(Math.min(10000, Math.max(0, ny)))
    show()
  }
  pad.addEventListener("click", e => {
    if (e.detail === 0) return // a press of the key, not of the pointer
    const r = img.getBoundingClientRect()
    set(((e.clientX - r.left) / r.width) * 10000, ((e.clientY - r.top) / r.height) * 10000)
  })
  const steps: Record<string, [number, number]> = { ArrowLeft: [-250, 0], ArrowRight: [250, 0], ArrowUp: [0, -250], ArrowDown: [0, 250] }
  pad.addEventListener("keydown", e => {
    const s = steps[e.key]
    if (!s) return
    e.preventDefault()
    set(x + s[0], y + s[1])
    announce(where())
  })
  show()
  const take = () => {
    if (m.focal && m.focal[0] === x && m.focal[1] === y) return
    m.focal = [x, y]
    post(story.urls.picture + media, { focal: [x, y] }).then(r => r.status !== 200 && announce(r.answer.say || t("picture.failed")), () => announce(t("picture.offline")))
  }
  return { dom: h("div", { class: "field" }, h("p", {}, h("b", {}, t("picture.focal"))), h("p", { class: "hint" }, t("picture.focal.hint")), pad), take }
}

