// The body of the article: the editor itself, its keys and its state.
import { baseKeymap, chainCommands, setBlockType, toggleMark, newlineInCode, createParagraphNear, splitBlock } from "prosemirror-commands"
import { dropCursor } from "prosemirror-dropcursor"
import { gapCursor } from "prosemirror-gapcursor"
import { history, redo, undo } from "prosemirror-history"
import { InputRule, inputRules, undoInputRule } from "prosemirror-inputrules"
import { keymap } from "prosemirror-keymap"
import type { Node } from "prosemirror-model"
import { EditorState, Plugin, TextSelection, type Command, type Transaction } from "prosemirror-state"
import { goToNextCell, tableEditing } from "prosemirror-tables"
import { Decoration, DecorationSet, EditorView } from "prosemirror-view"
import { Box, boxed } from "./box"
import { handle } from "./handle"
import { keepIDs } from "./keep-ids"
import { backspaceItem, enterItem, indent, inList, outdent, toggleList } from "./lists"
import { enterPart, leave, lineBreak, move } from "./move"
import { addNote, backToText, FootnoteView, noteNumbers } from "./notes"
import { schema } from "./schema"
import { typography } from "./typo"
import { has, t } from "./words"

export interface Hooks {
  changed: () => void
  selected: () => void
  save: () => void
  toolbar: () => void // the person wants to leave the text for the toolbar
  link: () => void
  add: () => void // the menu of blocks
  paste: Plugin
  lang: () => string
  label: string
}

const n = schema.nodes

/** toHeading begins a heading of a level, or makes it a paragraph again. */
export function toHeading(level: number): Command {
  return (state, dispatch) => {
    const { parent } = state.selection.$from
    if (parent.type === n.heading && parent.attrs.level === level) return toBlock(n.paragraph.name)(state, dispatch)
    return setBlockType(n.heading, (s: Node) => keep(s, { level }))(state, dispatch)
  }
}

/** keep is what stays of a block when it becomes one of another kind. */
function keep(old: Node, more = {}): Record<string, any> {
  const { id, lang, dir, anchor } = old.attrs
  return { id, lang, dir, anchor, ...more }
}

export const toBlock = (name: string): Command => setBlockType(n[name], (s: Node) => keep(s))

const inCell: Command = (state, dispatch, view) => goToNextCell(1)(state, dispatch, view)
const outOfCell: Command = (state, dispatch, view) => goToNextCell(-1)(state, dispatch, view)
const inListOnly = (c: Command): Command => (state, dispatch) => inList(state) && c(state, dispatch)

function keys(hooks: Hooks): Plugin {
  const act = (f: () => void): Command => () => (f(), true)
  return keymap({
    "Mod-z": undo, "Shift-Mod-z": redo, "Mod-y": redo,
    "Mod-b": toggleMark(schema.marks.is_strong), "Mod-i": toggleMark(schema.marks.is_em), "Mod-`": toggleMark(schema.marks.is_code),
    "Mod-k": act(hooks.link), "Mod-s": act(hooks.save), "Mod-Alt-f": addNote,
    "Mod-Alt-0": toBlock("paragraph"), "Mod-Alt-2": toHeading(2), "Mod-Alt-3": toHeading(3), "Mod-Alt-4": toHeading(4),
    "Mod-Shift-8": toggleList("bullets"), "Mod-Shift-7": toggleList("numbers"),
    "Alt-ArrowUp": move(-1), "Alt-ArrowDown": move(1), "Shift-Alt-ArrowUp": move(-1, true), "Shift-Alt-ArrowDown": move(1, true),
    "Escape": act(hooks.toolbar), "Alt-F10": act(hooks.toolbar),
    "Enter": chainCommands(backToText, newlineInCode, enterItem, enterPart, leave, createParagraphNear, splitBlock),
    "Shift-Enter": chainCommands(newlineInCode, lineBreak), "Mod-Enter": behind,
    "Backspace": chainCommands(undoInputRule, backspaceItem),
    "Tab": chainCommands(inCell, inListOnly(indent)), "Shift-Tab": chainCommands(outOfCell, inListOnly(outdent)),
    "/": (state, dispatch) => slash(state, hooks),
  })
}

function slash(state: EditorState, hooks: Hooks): boolean {
  const { $from, empty } = state.selection
  if (!empty || $from.parent.type !== n.paragraph || $from.parent.content.size) return false
  hooks.add()
  return true
}

/** behind begins a paragraph behind the outermost block: the way out of all
 * boxes, code and tables. */
const behind: Command = (state, dispatch) => {
  if (!state.selection.$from.depth || state.selection.$from.node(1).type === n.footnote) return false
  const at = state.selection.$from.after(1)
  const tr = state.tr.insert(at, n.paragraph.create())
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView())
  return true
}

/** shorthand turns what is typed at the start of a paragraph into a block. */
function shorthand(at: RegExp, command: (m: RegExpMatchArray) => Command): InputRule {
  return new InputRule(at, (state, m, start, end) => {
    if (state.selection.$from.parent.type !== n.paragraph) return null
    const tr = state.tr.delete(start, end)
    let done: Transaction | null = null
    command(m)(state.apply(tr), made => (done = made))
    if (!done) return null
    for (const step of (done as Transaction).steps) tr.step(step)
    return tr.setSelection(TextSelection.create(tr.doc, (done as Transaction).selection.from))
  })
}

const shorthands = [
  shorthand(/^(#{2,4}) $/, m => toHeading(m[1].length)),
  shorthand(/^[-*•] $/, () => toggleList("bullets")),
  shorthand(/^1[.)] $/, () => toggleList("numbers")),
  shorthand(/^> $/, () => quote),
]

/** quote sets the chosen blocks apart as somebody's words. */
export const quote: Command = (state, dispatch) => {
  const { $from, $to } = state.selection
  const range = $from.blockRange($to, node => node.type === schema.topNodeType || node.type.contentMatch.matchType(n.quote) != null)
  if (!range || range.parent.type === n.quote) return false
  const blocks = range.parent.children.slice(range.startIndex, range.endIndex)
  if (!blocks.length || !blocks.every(b => b.type.isInGroup("block"))) return false
  if (dispatch) {
    const tr = state.tr.replaceWith(range.start, range.end, n.quote.create(null, [...blocks, n.quote_speaker.create()]))
    dispatch(tr.setSelection(TextSelection.create(tr.doc, state.selection.from + 1)).scrollIntoView())
  }
  return true
}

/** hints are shown in empty captions, titles and the empty text. */
const hints = new Plugin({
  props: {
    decorations(state) {
      const out: Decoration[] = []
      state.doc.descendants((node, pos, parent) => {
        if (!node.isTextblock || node.content.size) return
        const first = parent === state.doc && pos === 0 && state.doc.children.filter(c => c.type !== n.footnote).length === 1
        const key = node.type === n.paragraph ? (first ? "hint.begin" : "") : "hint." + node.type.name
        if (key && has(key)) out.push(Decoration.node(pos, pos + node.nodeSize, { "data-hint": t(key), class: "empty" }))
      })
      return DecorationSet.create(state.doc, out)
    },
  },
})

/** heads gives the cells of a table's head the role that readers' tables give
 * them, which no cell can know by itself. */
const heads = new Plugin({
  props: {
    decorations(state) {
      const out: Decoration[] = []
      state.doc.descendants((node, pos) => {
        if (node.type !== n.table) return
        const grid = pos + 1 + node.firstChild!.nodeSize
        node.lastChild!.forEach((row, at, i) => row.forEach((cell, inRow, j) => {
          const from = grid + 1 + at + 1 + inRow
          const head = i < node.attrs.header_rows ? "columnheader" : j === 0 && node.attrs.header_column ? "rowheader" : ""
          if (head) out.push(Decoration.node(from, from + cell.nodeSize, { role: head, class: "head" }))
        }))
      })
      return DecorationSet.create(state.doc, out)
    },
  },
})

export function plugins(hooks: Hooks): Plugin[] {
  return [
    hooks.paste, keys(hooks), keymap(baseKeymap), handle,
    inputRules({ rules: [...typography(hooks.lang), ...shorthands] }),
    history({ newGroupDelay: 800 }), keepIDs, noteNumbers, hints, heads, gapCursor(), dropCursor({ class: "drop", color: false }), tableEditing(),
  ]
}

/** startBody makes the editor in an element. */
export function startBody(place: HTMLElement, doc: Node, hooks: Hooks): EditorView {
  const state = EditorState.create({ doc: filled(doc), plugins: plugins(hooks) })
  const view: EditorView = new EditorView(place, {
    state,
    attributes: () => ({ role: "textbox", "aria-multiline": "true", "aria-label": hooks.label, class: "prose body", "aria-describedby": "body-keys", lang: hooks.lang() }),
    nodeViews: {
      ...Object.fromEntries(boxed.map(kind => [kind, (node: Node, v: EditorView, pos: () => number | undefined) => new Box(node, v, pos)])),
      footnote: (node, v, pos) => new FootnoteView(node, v, pos as () => number | undefined),
    },
    dispatchTransaction(tr) {
      view.updateState(view.state.apply(tr))
      if (tr.docChanged && !tr.getMeta("quiet")) hooks.changed()
      hooks.selected()
    },
  })
  return view
}

/** filled is a document with at least one block to write in. */
export function filled(doc: Node): Node {
  const first = doc.firstChild
  return !first || first.type === n.footnote ? doc.copy(doc.content.addToStart(n.paragraph.create({ id: "" }))) : doc
}
