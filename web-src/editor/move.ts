// Moving, removing and leaving blocks: by keys, by buttons and by the handle.
import { closeHistory } from "prosemirror-history"
import type { Node, ResolvedPos } from "prosemirror-model"
import { NodeSelection, TextSelection, type Command, type EditorState, type Transaction } from "prosemirror-state"
import { announce } from "./dom"
import { schema } from "./schema"
import { t } from "./words"

/** kindName is what a node is called in the interface. */
export const kindName = (n: Node): string => t("kind." + n.type.name)

interface Place { parent: Node; index: number; from: number; node: Node }

/** place finds what a move acts on: the nearest block, item of a list or
 * picture of a gallery round the cursor, or the outermost block. */
export function place(state: EditorState, outer: boolean): Place | null {
  const { selection } = state
  const { $from } = selection
  if (selection instanceof NodeSelection && movable(selection.node) && !(outer && $from.depth))
    return { parent: $from.parent, index: $from.index(), from: selection.from, node: selection.node }
  for (let d = outer ? 1 : $from.depth; outer ? d <= $from.depth : d > 0; d += outer ? 1 : -1)
    if (movable($from.node(d))) return at($from, d)
  return null
}

const at = ($pos: ResolvedPos, d: number): Place => ({ parent: $pos.node(d - 1), index: $pos.index(d - 1), from: $pos.before(d), node: $pos.node(d) })

const movable = (n: Node): boolean => n.type.isInGroup("block") || ["list_items", "gallery_images", "table_row", "footnote"].includes(n.type.name)

const fellow = (a: Node, b: Node): boolean => (a.type.isInGroup("block") ? b.type.isInGroup("block") : a.type === b.type)

/** move exchanges a block with its neighbour and says so. */
export function move(dir: -1 | 1, outer = false): Command {
  return (state, dispatch) => {
    const p = place(state, outer)
    if (!p) return false
    const other = p.parent.maybeChild(p.index + dir)
    if (!other || !fellow(p.node, other)) {
      if (dispatch) announce(t(dir < 0 ? "move.first" : "move.last", { what: kindName(p.node) }))
      return true
    }
    if (dispatch) {
      dispatch(exchange(state, p, other, dir))
      announce(t(dir < 0 ? "move.up" : "move.down", { what: kindName(p.node), n: p.index + dir + 1, of: fellows(p) }))
    }
    return true
  }
}

const fellows = (p: Place): number => p.parent.children.filter(c => fellow(p.node, c)).length

function exchange(state: EditorState, p: Place, other: Node, dir: -1 | 1): Transaction {
  const tr = closeHistory(state.tr) // undone by itself
  const to = dir < 0 ? p.from - other.nodeSize : p.from + other.nodeSize
  const anchor = state.selection.anchor - p.from
  const head = state.selection.head - p.from
  const whole = state.selection instanceof NodeSelection && state.selection.node === p.node
  tr.delete(p.from, p.from + p.node.nodeSize).insert(to, p.node)
  if (whole) tr.setSelection(NodeSelection.create(tr.doc, to))
  else {
    const inside = (x: number) => Math.max(1, Math.min(x, p.node.nodeSize - 1))
    tr.setSelection(TextSelection.between(tr.doc.resolve(to + inside(anchor)), tr.doc.resolve(to + inside(head))))
  }
  return tr.scrollIntoView()
}

/** remove takes the outermost block away; undo brings it back. */
export const remove: Command = (state, dispatch) => {
  const p = place(state, !(state.selection instanceof NodeSelection))
  if (!p) return false
  if (dispatch) {
    const tr = closeHistory(state.tr).delete(p.from, p.from + p.node.nodeSize)
    if (!tr.doc.childCount || tr.doc.firstChild!.type === schema.nodes.footnote) tr.insert(0, schema.nodes.paragraph.create())
    tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(p.from, tr.doc.content.size)), -1))
    dispatch(tr.scrollIntoView())
    announce(t("move.removed", { what: kindName(p.node) }))
  }
  return true
}

/** leave puts the cursor into a new paragraph behind the box it is in: from an
 * empty last paragraph of the box, which goes. */
export const leave: Command = (state, dispatch) => {
  const { $from, empty } = state.selection
  if (!empty || $from.parent.type !== schema.nodes.paragraph || $from.parent.content.size || $from.depth < 2) return false
  const box = $from.node(-1)
  const last = box.children.filter(c => c.type.isInGroup("block")).at(-1)
  if (last !== $from.parent || box.type.name === "table_cell" || !$from.node(-2).canReplaceWith($from.indexAfter(-2), $from.indexAfter(-2), schema.nodes.paragraph)) return false
  if (dispatch) {
    const after = $from.after(-1)
    const tr = state.tr.insert(after, $from.parent)
    tr.setSelection(TextSelection.create(tr.doc, after + 1)).delete($from.before(), $from.after())
    dispatch(tr.scrollIntoView())
  }
  return true
}

/** enterPart: a caption, a speaker or a title is one line, so Enter goes on to
 * the text of its box, or behind it. */
export const enterPart: Command = (state, dispatch) => {
  const { $from } = state.selection
  const type = $from.parent.type
  if (type.name === "table_cell_text") return lineBreak(state, dispatch)
  if ($from.depth < 2 || type.isInGroup("block") || !type.isTextblock || type.name.startsWith("list_items") || type.name === "footnote") return false
  const box = $from.node(-1)
  const next = box.maybeChild($from.index(-1) + 1)
  if (!dispatch) return true
  if (next || !box.type.contentMatch.matchType(type)?.matchType(schema.nodes.paragraph)) {
    dispatch(next ? state.tr.setSelection(TextSelection.near(state.doc.resolve($from.after()))).scrollIntoView() : behind(state, $from))
    return true
  }
  const tr = state.tr.insert($from.after(), schema.nodes.paragraph.create())
  dispatch(tr.setSelection(TextSelection.create(tr.doc, $from.after() + 1)).scrollIntoView())
  return true
}

/** behind goes to the block after the outermost box, and makes one if needed. */
function behind(state: EditorState, $from: ResolvedPos): Transaction {
  const end = $from.after(1)
  const tr = state.tr
  if (!state.doc.resolve(end).nodeAfter?.isTextblock) tr.insert(end, schema.nodes.paragraph.create())
  return tr.setSelection(TextSelection.near(tr.doc.resolve(end))).scrollIntoView()
}

export const lineBreak: Command = (state, dispatch) => {
  const { $from } = state.selection
  if (!$from.parent.inlineContent || $from.parent.type.spec.code) return false
  if (dispatch) dispatch(state.tr.replaceSelectionWith(schema.nodes.break.create(), true).scrollIntoView())
  return true
}
