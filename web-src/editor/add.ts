// The menu of blocks: a list that is searched by typing.
import { closeHistory } from "prosemirror-history"
import type { Node } from "prosemirror-model"
import { NodeSelection, Selection } from "prosemirror-state"
import type { EditorView } from "prosemirror-view"
import { edit, formOf } from "./box"
import { quote, toBlock, toHeading } from "./body"
import { h, unique } from "./dom"
import { toggleList } from "./lists"
import { addNote } from "./notes"
import { pickPicture } from "./library"
import { bring, describe, type Uploaded } from "./pictures"
import { schema } from "./schema"
import { t } from "./words"

const n = schema.nodes

/** What the menu offers, in its order. Raw blocks come only from imports. */
const choices = ["picture", "quote", "pullquote", "heading", "bullets", "numbers", "terms", "factbox", "table", "embed", "note", "gallery", "divider", "related", "appeal", "live", "code", "document", "audio", "video"]

/** addBlock opens the menu and puts what is chosen at the cursor. */
export function addBlock(view: EditorView) {
  const title = unique()
  const list = unique()
  const filter = h("input", { class: "in", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": list, "aria-autocomplete": "list", "aria-label": t("add.filter"), placeholder: t("add.filter"), autocomplete: "off" })
  const options = choices.map(c => h("li", { role: "option", id: unique(), "aria-selected": "false", onclick: () => pick(c) }, h("b", {}, t("add." + c)), " ", h("span", { class: "hint" }, t("add." + c + ".say"))))
  const dialog = h("dialog", { class: "ask add", "aria-labelledby": title, onclose: () => { dialog.remove(); view.focus() } },
    h("h2", { id: title }, t("add.title")), filter, h("ul", { role: "listbox", id: list, class: "add-list", "aria-labelledby": title, tabindex: -1 }, ...options),
    h("div", { class: "acts" }, h("button", { type: "button", class: "btn alt", onclick: () => dialog.close() }, t("form.cancel"))))
  let at = 0
  const shown = () => options.filter(o => !o.hidden)
  const point = (i: number) => {
    const all = shown()
    at = all.length ? (i + all.length) % all.length : 0
    options.forEach(o => o.setAttribute("aria-selected", String(o === all[at])))
    if (all[at]) {
      filter.setAttribute("aria-activedescendant", all[at].id)
      all[at].scrollIntoView({ block: "nearest" })
    } else filter.removeAttribute("aria-activedescendant")
  }
  const pick = (c: string) => {
    dialog.close()
    void add(view, c)
  }
  filter.addEventListener("input", () => {
    const q = filter.value.trim().toLowerCase()
    for (const o of options) o.hidden = !o.textContent!.toLowerCase().includes(q)
    point(0)
  })
  filter.addEventListener("keydown", e => {
    const all = shown()
    if (e.key === "ArrowDown" || e.key === "ArrowUp") point(at + (e.key === "ArrowDown" ? 1 : -1))
    else if (e.key === "Enter" && all[at]) pick(choices[options.indexOf(all[at])])
    else return
    e.preventDefault()
  })
  document.getElementById("editor")!.append(dialog)
  dialog.showModal()
  filter.focus()
  point(0)
}

async function add(view: EditorView, what: string) {
  const run = (c: typeof quote) => void c(view.state, view.dispatch, view)
  switch (what) {
    case "picture":
      return addPicture(view)
    case "quote":
      return run(quote)
    case "heading":
      return run(toHeading(2))
    case "bullets":
    case "numbers":
    case "terms":
      return run(toggleList(what))
    case "note":
      return run(addNote)
    case "code":
      return run(toBlock("code"))
    case "table":
      return insert(view, table(3, 3))
    case "live":
      return insert(view, n.live.create({ at: new Date().toISOString().replace(/\.\d+Z/, "Z") }, [n.live_headline.create(), n.paragraph.create()]))
    case "factbox":
      return insert(view, n.factbox.create(null, [n.factbox_title.create(), n.paragraph.create()]))
    case "gallery":
      return addGallery(view)
  }
  let attrs = {}
  if (formOf(what).length || what === "related") {
    const v = await edit(what, {})
    if (!v) return view.focus()
    if (incomplete(what, v)) return view.focus()
    attrs = v
  }
  insert(view, n[what].createAndFill(attrs)!)
}

/** incomplete: the server keeps no file without an address. */
const incomplete = (what: string, v: Record<string, any>): boolean =>
  (["document", "audio", "video"].includes(what) && !v.source && !v.media) || (what === "related" && !v.items?.length)

function table(rows: number, columns: number): Node {
  const cell = () => n.table_cell.createAndFill()!
  const row = () => n.table_row.create(null, Array.from({ length: columns }, cell))
  return n.table.create({ header_rows: 1 }, [n.table_caption.create(), n.table_grid.create(null, Array.from({ length: rows }, row))])
}

/** insert puts a block behind the one with the cursor, in the place of an empty
 * paragraph, and goes into it. */
export function insert(view: EditorView, block: Node) {
  const { $from, $to } = view.state.selection
  let d = $to.depth
  if (d && $to.node(1).type === n.footnote) d = 0
  while (d > 1 && !($to.node(d).type.isInGroup("block") && $to.node(d - 1).canReplaceWith($to.index(d - 1), $to.index(d - 1), block.type))) d--
  const tr = closeHistory(view.state.tr)
  const blocks = view.state.doc.children.filter(c => c.type !== n.footnote)
  let at = d ? $to.after(d) : blocks.reduce((sum, c) => sum + c.nodeSize, 0)
  if (d && $from.sameParent($to) && $to.node(d).type === n.paragraph && !$to.node(d).content.size) {
    at = $to.before(d)
    tr.delete(at, $to.after(d))
  }
  tr.insert(at, block)
  const end = at + block.nodeSize
  const $end = tr.doc.resolve(end)
  if ($end.depth === 0 && (!$end.nodeAfter || $end.nodeAfter.type === n.footnote)) tr.insert(end, n.paragraph.create()) // to write on
  const inside = block.isLeaf || !block.firstChild?.isTextblock ? null : Selection.near(tr.doc.resolve(at + 1))
  tr.setSelection(inside || (block.isLeaf ? NodeSelection.create(tr.doc, at) : Selection.near(tr.doc.resolve(at + 1))))
  view.dispatch(tr.scrollIntoView())
  view.focus()
}

async function addPicture(view: EditorView) {
  const p = await pickPicture()
  if (p) await showPicture(view, p)
}

/** placePicture brings a file in, puts it into the text, and asks for alt text
 * and credit at once, which it needs before readers may see it. */
export async function placePicture(view: EditorView, file: File) {
  const p = await bring(file)
  if (p) await showPicture(view, p)
}

async function showPicture(view: EditorView, p: Uploaded) {
  insert(view, n.image.createAndFill({ media: p.id, width: p.width, height: p.height })!)
  const v = await describe({ media: p.id, alt: "", decorative: !!p.decorative, credit: p.credit || "" })
  if (!v) return
  view.state.doc.descendants((node, pos) => {
    if (node.type === n.image && node.attrs.media === p.id && !node.attrs.alt && !node.attrs.credit)
      view.dispatch(view.state.tr.setNodeMarkup(pos, null, { ...node.attrs, ...v }))
  })
}

async function addGallery(view: EditorView) {
  const p = await pickPicture()
  if (p) insert(view, n.gallery.create(null, [n.gallery_images.createAndFill({ media: p.id })!, n.gallery_caption.create()]))
}
