// Pasting. Foreign HTML goes to the server, which knows the shapes that word
// processors, mail programs and web pages write, and says what it could not
// keep. Without the server the plain text is taken, and that is said too.
import { closeHistory } from "prosemirror-history"
import { Fragment, Slice, type Node } from "prosemirror-model"
import { Plugin, type Transaction } from "prosemirror-state"
import type { EditorView } from "prosemirror-view"
import { placePicture } from "./add"
import { blockToNode, spansToNodes, type Json } from "./convert"
import { announce, button, h } from "./dom"
import { tell } from "./forms"
import { plainSlice } from "./plain"
import { schema } from "./schema"
import { post, story } from "./story"
import { has, t } from "./words"

/** A place that waits for an answer; it moves along with what is typed. */
interface Waiting { from: number; to: number }

const waiting = new Set<Waiting>()

export const paste = new Plugin({
  state: {
    init: () => null,
    apply(tr) {
      for (const w of waiting) {
        w.from = tr.mapping.map(w.from, -1)
        w.to = tr.mapping.map(w.to, 1)
      }
      return null
    },
  },
  props: {
    clipboardTextParser: text => plainSlice(text),
    handlePaste: (view, e) => pasted(view, e.clipboardData),
    handleDrop: (view, e, _, moved) => !moved && dropped(view, e),
  },
})

const ours = (html: string): boolean => html.includes("data-pm-slice") || html.includes('data-mh="')

function pasted(view: EditorView, data: DataTransfer | null): boolean {
  if (!data || view.state.selection.$from.parent.type.spec.code) return false
  const html = data.getData("text/html")
  const files = [...data.files].filter(f => f.type.startsWith("image/"))
  if (files.length && !/<(p|table|li|blockquote|h\d)\b/i.test(html)) {
    void bringAll(view, files)
    return true
  }
  if (!html || ours(html)) return false
  void foreign(view, html, data.getData("text/plain"))
  return true
}

function dropped(view: EditorView, e: DragEvent): boolean {
  const files = [...(e.dataTransfer?.files || [])].filter(f => f.type.startsWith("image/"))
  if (files.length) {
    void bringAll(view, files)
    e.preventDefault()
    return true
  }
  const html = e.dataTransfer?.getData("text/html") || ""
  if (!html || ours(html)) return false
  const at = view.posAtCoords({ left: e.clientX, top: e.clientY })
  void foreign(view, html, e.dataTransfer!.getData("text/plain"), at && { from: at.pos, to: at.pos })
  e.preventDefault()
  return true
}

async function bringAll(view: EditorView, files: File[]) {
  for (const f of files) await placePicture(view, f)
}

async function foreign(view: EditorView, html: string, plain: string, at?: Waiting | null) {
  const place: Waiting = at || { from: view.state.selection.from, to: view.state.selection.to }
  waiting.add(place)
  const text = plain || strip(html)
  try {
    if (!story.urls.paste) throw new Error("no server")
    const { status, answer } = await post(story.urls.paste, { html, lang: story.content.lang })
    if (status !== 200) throw new Error(answer.say || String(status))
    put(view, place, answer)
    report(answer.report || {}, text)
  } catch {
    view.dispatch(view.state.tr.replaceRange(place.from, place.to, plainSlice(text)).scrollIntoView())
    bare(view, html, text)
  } finally {
    waiting.delete(place)
  }
}

const strip = (html: string): string => new DOMParser().parseFromString(html, "text/html").body.textContent || ""

/** put inserts what the server made: a lone paragraph flows into the line, more
 * stands as blocks; footnotes go to the end of the text. */
function put(view: EditorView, at: Waiting, a: Json) {
  const blocks: Node[] = (a.blocks || []).map(blockToNode)
  const notes: Node[] = (a.footnotes || []).map((f: Json) => schema.nodes.footnote.create({ id: f.id }, spansToNodes(f.text)))
  if (!blocks.length) return
  const tr = closeHistory(view.state.tr)
  if (notes.length) tr.insert(tr.doc.content.size, notes)
  place(tr, at, blocks)
  view.dispatch(tr.scrollIntoView().setMeta("paste", true))
}

function place(tr: Transaction, { from, to }: Waiting, blocks: Node[]) {
  const $from = tr.doc.resolve(from)
  const flows = (b: Node | undefined): number => (b?.type === schema.nodes.paragraph ? 1 : 0)
  const { parent } = $from
  if (!parent.inlineContent) return void tr.replaceRange(from, to, new Slice(Fragment.from(blocks), 0, 0))
  const box = $from.node(-1)
  if (!box.type.contentMatch.matchType(schema.nodes.paragraph) && !parent.type.name.startsWith("list_items")) return inLine(tr, { from, to }, blocks)
  if (!parent.content.size && parent.type === schema.nodes.paragraph && !flows(blocks[0]) && box.canReplace($from.index(-1), $from.index(-1) + 1, Fragment.from(blocks)))
    return void tr.replaceWith($from.before(), $from.after(), blocks) // an empty paragraph makes way
  const one = blocks.length === 1
  tr.replaceRange(from, to, new Slice(Fragment.from(blocks), flows(blocks[0]), one || flows(blocks.at(-1)) ? flows(blocks.at(-1)) : 0))
}

/** inLine: a caption or a footnote holds one line. What is more than text, or
 * may not stand there, goes behind the block. */
function inLine(tr: Transaction, { from, to }: Waiting, blocks: Node[]) {
  const $from = tr.doc.resolve(from)
  const line: Node[] = []
  for (const b of blocks) {
    if (line.length) line.push(schema.nodes.break.create())
    line.push(...(b.isTextblock ? b.children : []))
  }
  if (blocks.every(b => b.type === schema.nodes.paragraph) && $from.parent.canReplace($from.index(), $from.index(), Fragment.from(line))) {
    tr.replaceWith(from, to, line)
    return
  }
  const body = tr.doc.children.filter(c => c.type !== schema.nodes.footnote).reduce((sum, c) => sum + c.nodeSize, 0)
  tr.insert(Math.min($from.after(1), body), blocks)
}

/** report says what could not be kept, and keeps the words at hand. */
function report(r: Json, text: string) {
  const lost: string[] = (r.lost || []).map((l: Json) => t(has("paste.lost." + l.what) ? "paste.lost." + l.what : "paste.lost.other", { n: l.n, what: l.what }))
  const kept = (r.kept || []).map((k: Json) => t("paste.kept." + k.what, { n: k.n })).join(", ")
  if (kept) announce(t("paste.done", { what: kept }))
  if (lost.length) notice("warn", t("paste.lost"), lost, text)
}

function bare(view: EditorView, html: string, text: string) {
  const again = button(t("paste.again"), () => void foreign(view, html, text), { class: "lnk" })
  notice("warn", t("paste.plain"), [], text, again)
}

function notice(kind: string, say: string, lines: string[], text: string, ...acts: HTMLElement[]) {
  const dom = h("div", { class: "note " + kind, role: "status" }, h("p", {}, say), lines.length > 0 && h("ul", {}, ...lines.map(l => h("li", {}, l))),
    h("div", { class: "acts" }, ...acts, button(t("paste.show"), () => void tell(t("paste.show"), h("pre", { class: "pasted", tabindex: 0, dir: "auto" }, text)), { class: "lnk" }), button(t("form.close"), () => dom.remove(), { class: "lnk" })))
  document.getElementById("notices")!.append(dom)
}
