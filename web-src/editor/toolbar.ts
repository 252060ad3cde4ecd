// The toolbar: one stop of the tab key, arrows inside it (WAI-ARIA's pattern of
// toolbars), words instead of signs.
import { toggleMark } from "prosemirror-commands"
import { redo, undo, redoDepth, undoDepth } from "prosemirror-history"
import type { Command, EditorState } from "prosemirror-state"
import { addColumnAfter, addRowAfter, deleteColumn, deleteRow, isInTable } from "prosemirror-tables"
import type { EditorView } from "prosemirror-view"
import { addBlock } from "./add"
import { quote, toBlock, toHeading } from "./body"
import { h, button } from "./dom"
import { indent, inList, listStyle, outdent, toggleList } from "./lists"
import { setLanguage, setLink } from "./marks"
import { move, place, remove } from "./move"
import { addNote } from "./notes"
import { schema } from "./schema"
import { t } from "./words"

interface Tool {
  key: string // of its words
  keys?: string // shortcut, as aria-keyshortcuts has it
  run: (view: EditorView) => void
  on?: (s: EditorState) => boolean // pressed
  can?: (s: EditorState) => boolean // false: shown as not possible now
  shown?: (s: EditorState) => boolean
}

const command = (c: Command) => (view: EditorView) => void c(view.state, view.dispatch, view)
const mark = (name: string, key: string, keys?: string): Tool => ({
  key, keys, run: command(toggleMark(schema.marks[name])), on: s => marked(s, name), can: s => !s.selection.$from.parent.type.spec.code,
})

export function marked(s: EditorState, name: string): boolean {
  const { from, to, empty, $from } = s.selection
  return empty ? !!schema.marks[name].isInSet(s.storedMarks || $from.marks()) : s.doc.rangeHasMark(from, to, schema.marks[name])
}

const of = (c: Command, key: string, more: Partial<Tool> = {}): Tool => ({ key, run: command(c), can: s => c(s), ...more })
const headed = (level: number) => (s: EditorState): boolean => s.selection.$from.parent.type.name === "heading" && s.selection.$from.parent.attrs.level === level

const groups: Tool[][] = [
  [
    of(toBlock("paragraph"), "tool.paragraph", { on: s => s.selection.$from.parent.type.name === "paragraph", can: s => !inList(s) }),
    of(toHeading(2), "tool.h2", { on: headed(2), keys: "Control+Alt+2" }),
    of(toHeading(3), "tool.h3", { on: headed(3), keys: "Control+Alt+3" }),
    of(toHeading(4), "tool.h4", { on: headed(4), keys: "Control+Alt+4" }),
  ],
  [
    mark("is_strong", "tool.strong", "Control+B"), mark("is_em", "tool.em", "Control+I"),
    { key: "tool.link", keys: "Control+K", run: setLink, on: s => marked(s, "link") },
    of(addNote, "tool.note", { keys: "Control+Alt+F" }),
  ],
  [
    of(toggleList("bullets"), "tool.bullets", { on: s => listStyle(s) === "bullets", keys: "Control+Shift+8" }),
    of(toggleList("numbers"), "tool.numbers", { on: s => listStyle(s) === "numbers", keys: "Control+Shift+7" }),
    of(indent, "tool.indent", { shown: inList, keys: "Tab" }), of(outdent, "tool.outdent", { shown: inList, keys: "Shift+Tab" }),
    of(quote, "tool.quote"),
    { key: "tool.add", run: view => addBlock(view), keys: "/" },
  ],
  [
    of(addRowAfter, "tool.row", { shown: isInTable }), of(addColumnAfter, "tool.column", { shown: isInTable }),
    of(deleteRow, "tool.norow", { shown: isInTable }), of(deleteColumn, "tool.nocolumn", { shown: isInTable }),
  ],
  [
    of(move(-1), "tool.up", { keys: "Alt+ArrowUp", can: s => !!place(s, false) }), of(move(1), "tool.down", { keys: "Alt+ArrowDown", can: s => !!place(s, false) }),
    of(remove, "tool.remove"),
  ],
  [
    mark("is_strike", "tool.strike"), mark("is_sub", "tool.sub"), mark("is_sup", "tool.sup"), mark("is_code", "tool.code", "Control+`"),
    { key: "tool.lang", run: setLanguage, on: s => marked(s, "tongue") }, mark("is_bdi", "tool.bdi"),
  ],
  [of(undo, "tool.undo", { can: s => undoDepth(s) > 0, keys: "Control+Z" }), of(redo, "tool.redo", { can: s => redoDepth(s) > 0, keys: "Control+Y" })],
]

/** Toolbar keeps its buttons in step with the state of the text. */
export class Toolbar {
  dom = h("div", { class: "tools", role: "toolbar", "aria-label": t("tool.label"), "aria-controls": "body" })
  private buttons: { tool: Tool; el: HTMLButtonElement; shown: string }[] = []
  private view!: EditorView
  private at = 0

  constructor() {
    for (const group of groups) {
      const part = h("span", { class: "tools-part" })
      for (const tool of group) part.append(this.make(tool))
      this.dom.append(part)
    }
    this.dom.addEventListener("keydown", e => this.key(e))
  }

  private make(tool: Tool): HTMLButtonElement {
    const el = button(t(tool.key), () => this.press(tool, el), { class: "tool", tabindex: -1, "aria-keyshortcuts": tool.keys, "aria-pressed": tool.on ? "false" : null, title: tool.keys ? t("tool.keys", { keys: tool.keys.replace("Control", t("key.ctrl")).replace("ArrowUp", "↑").replace("ArrowDown", "↓") }) : null })
    el.addEventListener("mousedown", e => e.preventDefault()) // the text keeps its selection
    this.buttons.push({ tool, el, shown: "" })
    return el
  }

  private press(tool: Tool, el: HTMLButtonElement) {
    if (el.getAttribute("aria-disabled") === "true") return
    const inside = this.dom.contains(document.activeElement)
    tool.run(this.view)
    if (!inside || (tool.key !== "tool.up" && tool.key !== "tool.down")) this.view.focus()
  }

  attach(view: EditorView) {
    this.view = view
    this.update()
  }

  /** update shows what is on and what can be done. */
  update() {
    const s = this.view.state
    for (const b of this.buttons) {
      const { tool, el } = b
      const now = [tool.shown?.(s) ?? true, tool.on?.(s) ?? null, tool.can?.(s) ?? true].join()
      if (now === b.shown) continue
      b.shown = now
      el.hidden = !(tool.shown?.(s) ?? true)
      if (tool.on) el.setAttribute("aria-pressed", String(tool.on(s)))
      el.setAttribute("aria-disabled", String(!(tool.can?.(s) ?? true)))
    }
    this.rove(0)
  }

  private visible(): HTMLButtonElement[] { return this.buttons.map(b => b.el).filter(el => !el.hidden) }

  /** rove keeps exactly one button in the order of the tab key. */
  private rove(step: number) {
    const all = this.visible()
    this.at = (this.at + step + all.length) % all.length
    for (const { el } of this.buttons) {
      const index = el === all[this.at] ? 0 : -1
      if (el.tabIndex !== index) el.tabIndex = index
    }
  }

  focus() {
    this.rove(0)
    this.visible()[this.at].focus()
  }

  private key(e: KeyboardEvent) {
    const all = this.visible()
    const here = all.indexOf(document.activeElement as HTMLButtonElement)
    if (here >= 0) this.at = here
    const rtl = getComputedStyle(this.dom).direction === "rtl"
    const steps: Record<string, number> = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1, Home: -this.at, End: all.length - 1 - this.at }
    if (e.key === "Escape") this.view.focus()
    else if (e.key in steps) {
      this.rove(steps[e.key])
      all[this.at].focus()
    } else return
    e.preventDefault()
  }
}
