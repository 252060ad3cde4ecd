// Footnotes stand at the end of the text, numbered by their first reference.
import type { Node } from "prosemirror-model"
import { NodeSelection, Plugin, PluginKey, TextSelection, type Command, type EditorState } from "prosemirror-state"
import { Decoration, DecorationSet, type EditorView, type NodeView } from "prosemirror-view"
import { button, h, newID } from "./dom"
import { schema } from "./schema"
import { number, t } from "./words"

interface Numbers { order: Map<string, number>; marks: DecorationSet }

const key = new PluginKey<Numbers>("notes")

function count(doc: Node): Numbers {
  const order = new Map<string, number>()
  const marks: Decoration[] = []
  doc.descendants((n, pos) => {
    if (n.type.name !== "note") return
    const id = n.attrs.note
    if (!order.has(id)) order.set(id, order.size + 1)
    const no = order.get(id)!
    marks.push(Decoration.node(pos, pos + 1, { "data-n": number(no), role: "img", "aria-label": t("note.ref", { n: no }) }))
  })
  doc.forEach((n, pos) => {
    if (n.type.name === "footnote")
      marks.push(Decoration.node(pos, pos + n.nodeSize, { "data-n": order.has(n.attrs.id) ? number(order.get(n.attrs.id)!) : "–" }))
  })
  return { order, marks: DecorationSet.create(doc, marks) }
}

export const noteNumbers = new Plugin<Numbers>({
  key,
  state: { init: (_, s) => count(s.doc), apply: (tr, old) => (tr.docChanged ? count(tr.doc) : old) },
  props: { decorations: s => key.getState(s)!.marks },
})

/** addNote puts a reference at the cursor and goes to its new, empty footnote. */
export const addNote: Command = (state, dispatch) => {
  const { $to } = state.selection
  const inNote = $to.depth > 0 && $to.node(1).type.name === "footnote"
  if (inNote || !$to.parent.inlineContent || !$to.parent.type.contentMatch.matchType(schema.nodes.note) || $to.parent.type.spec.code) return false
  if (dispatch) {
    const id = newID()
    const tr = state.tr.insert($to.pos, schema.nodes.note.create({ note: id }))
    const end = tr.doc.content.size
    tr.insert(end, schema.nodes.footnote.create({ id }))
    dispatch(tr.setSelection(TextSelection.create(tr.doc, end + 1)).scrollIntoView())
  }
  return true
}

function referenceTo(state: EditorState, id: string): number {
  let at = -1
  state.doc.descendants((n, pos) => {
    if (at < 0 && n.type.name === "note" && n.attrs.note === id) at = pos
  })
  return at
}

/** backToText goes from a footnote to where it is referred to. */
export const backToText: Command = (state, dispatch) => {
  const { $from } = state.selection
  const note = $from.depth ? $from.node(1) : null
  if (note?.type.name !== "footnote") return false
  const at = referenceTo(state, note.attrs.id)
  if (at < 0) return true // Enter makes no second footnote
  if (dispatch) dispatch(state.tr.setSelection(TextSelection.near(state.doc.resolve(at + 1))).scrollIntoView())
  return true
}

/** FootnoteView is a footnote with its number and its two buttons. */
export class FootnoteView implements NodeView {
  dom: HTMLElement
  contentDOM: HTMLElement

  constructor(private node: Node, private view: EditorView, private pos: () => number | undefined) {
    this.contentDOM = h("div", { class: "fn-text" })
    const back = button(t("note.back"), () => this.go(), { class: "lnk" })
    const gone = button(t("note.remove"), () => this.remove(), { class: "lnk" })
    this.dom = h("div", { class: "fn", "data-mh": "footnote" }, this.contentDOM, h("span", { class: "fn-acts", contenteditable: "false" }, back, gone))
  }

  update(node: Node): boolean {
    if (node.type !== this.node.type) return false
    this.node = node
    return true
  }

  stopEvent(e: Event): boolean { return (e.target as HTMLElement).closest?.("button") != null }
  ignoreMutation(m: { target: globalThis.Node }): boolean { return !this.contentDOM.contains(m.target) }

  private go() {
    const at = referenceTo(this.view.state, this.node.attrs.id)
    if (at >= 0) this.view.dispatch(this.view.state.tr.setSelection(NodeSelection.create(this.view.state.doc, at)).scrollIntoView())
    this.view.focus()
  }

  /** remove takes the footnote away; its references go with it. */
  private remove() {
    const at = this.pos()
    if (at === undefined) return
    const tr = this.view.state.tr.delete(at, at + this.node.nodeSize)
    this.view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(at, tr.doc.content.size)), -1)))
    this.view.focus()
  }
}
