// How a picture is cut: the point that stays in sight, and what of it is shown.
import { announce, button, h, unique } from "./dom"
import type { Extra } from "./forms"
import { post, story } from "./story"
import { t } from "./words"

const all = [0, 0, 10000, 10000] // left, top, width, height, in ten-thousandths
const edges = ["left", "top", "width", "height"]
const smallest = 500

const clamp = (v: number, most: number, least = 0): number => Math.round(Math.min(most, Math.max(least, v)))

/** fit keeps a crop within the picture. */
function fit(c: number[]): number[] {
  const w = clamp(c[2], 10000, smallest), e = clamp(c[3], 10000, smallest)
  return [clamp(c[0], 10000 - w), clamp(c[1], 10000 - e), w, e]
}

/** framing lets a person mark the point with a click or the arrow keys, and the
 * part by drawing a frame or in numbers. source is where all of the picture is
 * shown from; changed is called once the server has it. */
export function framing(media: string, source: string, changed: () => void): Extra {
  const m = story.media[media]
  let [x, y] = m.focal || [5000, 5000]
  let crop: number[] = [...(m.crop || all)]
  const dot = h("span", { class: "focal-dot" })
  const box = h("span", { class: "focal-box" })
  const where = () => t("picture.focal.at", { x: Math.round(x / 100), y: Math.round(y / 100) })
  const img = h("img", { src: source, alt: "", draggable: "false" })
  const pad = h("button", { type: "button", class: "focal" }, img, box, dot)
  const fields = edges.map((edge, i) => {
    const id = unique()
    const input = h("input", { class: "in", id, inputmode: "numeric", dir: "ltr", onchange: () => { crop[i] = Number(input.value.replace(",", ".")) * 100 || 0; crop = fit(crop); show() } })
    return { input, dom: h("div", { class: "field" }, h("label", { for: id }, t("picture.crop." + edge)), input) }
  })
  const show = () => {
    // Of the picture, which has no reading direction.
    Object.assign(dot.style, { top: y / 100 + "%", left: x / 100 + "%" })
    Object.assign(box.style, { left: crop[0] / 100 + "%", top: crop[1] / 100 + "%", width: crop[2] / 100 + "%", height: crop[3] / 100 + "%" })
    fields.forEach((f, i) => { f.input.value = String(crop[i] / 100) })
    pad.setAttribute("aria-label", t("picture.focal") + ": " + where())
  }
  const set = (nx: number, ny: number) => {
    x = clamp(nx, 10000)
    y = clamp(ny, 10000)
    show()
  }
  const at = (e: PointerEvent) => {
    const r = img.getBoundingClientRect()
    return [clamp(((e.clientX - r.left) / r.width) * 10000, 10000), clamp(((e.clientY - r.top) / r.height) * 10000, 10000)]
  }
  let from: number[] | null = null
  let drawn = false
  pad.addEventListener("pointerdown", e => {
    from = at(e)
    drawn = false
    pad.setPointerCapture(e.pointerId)
  })
  pad.addEventListener("pointermove", e => {
    if (!from) return
    const [nx, ny] = at(e)
    const w = Math.abs(nx - from[0]), t = Math.abs(ny - from[1])
    if (!drawn && w < 300 && t < 300) return
    drawn = true
    crop = fit([Math.min(nx, from[0]), Math.min(ny, from[1]), w, t])
    show()
  })
  pad.addEventListener("pointerup", () => {
    if (from && !drawn) set(from[0], from[1])
    from = null
  })
  pad.addEventListener("pointercancel", () => { from = null })
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
    const same = (a: number[], b: number[]) => a.every((v, i) => v === b[i])
    if (same(m.focal || [5000, 5000], [x, y]) && same(m.crop || all, crop)) return
    post(story.urls.picture + media, { focal: [x, y], crop, lang: story.content.lang }).then(r => {
      if (r.status !== 200) return announce(r.answer.say || t("picture.failed"))
      story.media[media] = { ...m, ...r.answer }
      changed()
    }, () => announce(t("picture.offline")))
  }
  return {
    dom: h("div", { class: "field" }, h("p", {}, h("b", {}, t("picture.focal"))), h("p", { class: "hint" }, t("picture.focal.hint")), pad,
      h("div", { class: "crop" }, ...fields.map(f => f.dom)), button(t("picture.crop.all"), () => { crop = [...all]; show() }, { class: "lnk" })), take,
  }
}
