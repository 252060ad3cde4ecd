// Links, and the language of a piece of text.
import type { Mark } from "prosemirror-model"
import { TextSelection, type EditorState } from "prosemirror-state"
import type { EditorView } from "prosemirror-view"
import { ask } from "./forms"
import { schema } from "./schema"
import { dirOf } from "./story"
import { t } from "./words"

/** spanOf is the run of text round the cursor that carries a mark. */
function spanOf(state: EditorState, type: string): { from: number; to: number; mark: Mark } | null {
  const { $from, from, to, empty } = state.selection
  let found: { from: number; to: number; mark: Mark } | null = null
  $from.parent.forEach((node, offset) => {
    const mark = schema.marks[type].isInSet(node.marks)
    const start = $from.start() + offset
    const end = start + node.nodeSize
    if (!mark) return
    if (found && found.to === start && found.mark.eq(mark)) found.to = end
    else if (!found || found.to < from) found = { from: start, to: end, mark }
  })
  const f = found as { from: number; to: number; mark: Mark } | null
  if (!f || f.from > from || f.to < from) return null
  return empty ? f : { ...f, from: Math.min(f.from, from), to: Math.max(f.to, to) }
}

/** setLink asks for an address; an empty one takes the link away. */
export async function setLink(view: EditorView) {
  const { state } = view
  if (state.selection.$from.parent.type.spec.code) return
  const old = spanOf(state, "link")
  const bare = state.selection.empty && !old
  const v = await ask(t("link.title"), [
    { name: "href", label: t("link.href"), hint: old ? t("link.off") : t("link.hint"), kind: "url", required: !old },
    ...(bare ? [{ name: "text", label: t("link.text"), kind: "text" as const, required: true }] : []),
    { name: "title", label: t("link.more"), kind: "text" },
  ], { href: old?.mark.attrs.href || "", title: old?.mark.attrs.title || "" })
  view.focus()
  if (!v) return
  const { from, to } = old || state.selection
  const tr = view.state.tr.removeMark(from, to, schema.marks.link)
  const mark = schema.marks.link.create({ href: v.href, title: v.title })
  if (bare) tr.insertText(v.text, from).addMark(from, from + v.text.length, mark)
  else if (v.href) tr.addMark(from, to, mark)
  view.dispatch(tr)
}

/** setLanguage marks the chosen words as being of another language. */
export async function setLanguage(view: EditorView) {
  const old = spanOf(view.state, "tongue")
  if (view.state.selection.empty && !old) {
    const $at = view.state.selection.$from // without a choice: the whole block
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, $at.start(), $at.end())))
  }
  const v = await ask(t("lang.title"), [{ name: "lang", label: t("lang.tag"), hint: t("lang.hint"), kind: "text" }], { lang: old?.mark.attrs.lang || "" })
  view.focus()
  if (!v) return
  const lang = v.lang.replace(/_/g, "-").replace(/[^A-Za-z0-9-]/g, "").slice(0, 35)
  const { from, to } = old || view.state.selection
  const tr = view.state.tr.removeMark(from, to, schema.marks.tongue)
  if (lang) tr.addMark(from, to, schema.marks.tongue.create({ lang, dir: dirOf(lang) }))
  view.dispatch(tr)
}

