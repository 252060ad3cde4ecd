// The document's JSON form to nodes of the editor and back. Nothing is lost: a
// field that the description does not name travels in the attribute "extra".
import { Fragment, type Mark, type Node } from "prosemirror-model"
import { described, empty, flagMarks, flagOf, markOf, optional, shapes, type Field, type Shape } from "./describe"
import { rowOf, schema } from "./schema"

export type Json = Record<string, any>

/** toNode makes a node of a document's JSON form. */
export function toNode(doc: Json): Node {
  const blocks = (doc.blocks || []).map(blockToNode)
  const notes = (doc.footnotes || []).map((f: Json) =>
    schema.nodes.footnote.create({ id: f.id, extra: rest(f, described.footnote) }, spansToNodes(f.text)))
  return schema.nodes.doc.create(null, [...blocks, ...notes])
}

export function blockToNode(b: Json): Node {
  const shape = shapes.get(b.kind)
  if (!shape) throw new Error(`unknown kind of block: ${b.kind}`)
  return objectToNode(b, shape, [...described.base, ...described.blocks[b.kind]])
}

function objectToNode(o: Json, shape: Shape, known: Field[]): Node {
  const attrs: Json = { extra: rest(o, known) }
  for (const f of known) if (f.name in o) attrs[f.name] = o[f.name]
  const type = schema.nodes[shape.node]
  if (type.spec.tableRole === "cell") {
    attrs.colspan = o.cols || 1
    attrs.rowspan = o.rows || 1
  }
  if (shape.inline) return type.create(attrs, spansToNodes(o[shape.inline.name]))
  if (shape.plain) return type.create(attrs, o[shape.plain.name] ? schema.text(o[shape.plain.name]) : null)
  return type.create(attrs, Fragment.from(childrenOf(o, shape)))
}

function childrenOf(o: Json, shape: Shape): Node[] {
  const out: Node[] = []
  for (const c of shape.children) {
    const value = o[c.field.name]
    switch (c.as) {
      case "part":
        if (value || !optional.has(c.node)) out.push(schema.nodes[c.node].create(null, spansToNodes(value)))
        break
      case "blocks":
        out.push(...(value || []).map(blockToNode))
        break
      case "list":
        out.push(...(value || []).map((v: Json) => objectToNode(v, c.shape!, c.field.fields!)))
        break
      case "grid":
        out.push(schema.nodes[c.node].create(null, (value || []).map((row: Json[]) =>
          schema.nodes[rowOf(c.node)].create(null, row.map(cell => objectToNode(cell, c.shape!, c.field.fields!))))))
    }
  }
  return out
}

function rest(o: Json, known: Field[]): Json | null {
  const names = new Set(["kind", ...known.map(f => f.name)])
  const left = Object.entries(o).filter(([k]) => !names.has(k))
  return left.length ? Object.fromEntries(left) : null
}

/** spansToNodes makes nodes of running text. */
export function spansToNodes(spans: Json[] | undefined): Node[] {
  return (spans || []).map(s => {
    if (s.note) return schema.nodes.note.create({ note: s.note })
    const marks = marksOf(s)
    return s.break ? schema.nodes.break.create(null, null, marks) : schema.text(s.text, marks)
  })
}

function marksOf(s: Json): Mark[] {
  const out: Mark[] = flagMarks.filter(name => s[name]).map(name => schema.marks[markOf(name)].create())
  if (s.lang || s.dir) out.push(schema.marks.tongue.create({ lang: s.lang || "", dir: s.dir || "" }))
  if (s.href) out.push(schema.marks.link.create({ href: s.href, title: s.title || "" }))
  return out.reduce((set, m) => m.addToSet(set), [] as readonly Mark[]) as Mark[]
}

/** fromNode makes a document's JSON form of the editor's node, its fields in the
 * order of the canonical form. */
export function fromNode(doc: Node, lang: string): Json {
  const out: Json = { schema: described.schema }
  if (lang) out.lang = lang
  const blocks: Json[] = []
  const notes: Json[] = []
  doc.forEach(n => void (n.type.name === "footnote" ? notes.push(footnote(n)) : blocks.push(nodeToBlock(n))))
  if (blocks.length) out.blocks = blocks
  if (notes.length) out.footnotes = notes
  return out
}

function footnote(n: Node): Json {
  const text = nodesToSpans(n)
  return { id: n.attrs.id, ...(text.length && { text }), ...n.attrs.extra }
}

export function nodeToBlock(n: Node): Json {
  const kind = n.type.name
  return { kind, ...allowed(kind, nodeToObject(n, shapes.get(kind)!, [...described.base, ...described.blocks[kind]])) }
}

/** allowed mends what is half made and what the server would refuse: nobody's
 * text stays unsaved because a term is still empty or a row was taken away. */
function allowed(kind: string, b: Json): Json {
  if (kind === "list" && b.style === "terms" && b.items && !b.items[0].term) {
    if (b.items.some((i: Json) => i.term)) b.items[0] = { term: [{ text: "–" }], ...b.items[0] }
    else b.style = "bullets"
  }
  const rows = b.rows?.length || 0
  if (kind === "table" && (b.header_rows || 0) + (b.footer_rows || 0) > rows) {
    b.header_rows = Math.min(b.header_rows || 0, rows)
    b.footer_rows = Math.min(b.footer_rows || 0, rows - b.header_rows)
    if (!b.header_rows) delete b.header_rows
    if (!b.footer_rows) delete b.footer_rows
  }
  return b
}

function nodeToObject(n: Node, shape: Shape, fields: Field[]): Json {
  const out: Json = {}
  for (const f of fields) {
    const value = valueOf(n, shape, f)
    if (value !== undefined && value !== empty(f) && !(Array.isArray(value) && value.length === 0)) out[f.name] = value
  }
  return Object.assign(out, n.attrs.extra)
}

function valueOf(n: Node, shape: Shape, f: Field): unknown {
  if (shape.inline === f) return nodesToSpans(n)
  if (shape.plain === f) return n.textContent
  const child = shape.children.find(c => c.field === f)
  if (n.type.spec.tableRole === "cell" && (f.name === "cols" || f.name === "rows")) {
    const span = n.attrs[f.name === "cols" ? "colspan" : "rowspan"]
    return span > 1 ? span : n.attrs[f.name] === 1 ? 1 : 0 // a 1 that was written out stays
  }
  if (!child) return n.attrs[f.name]
  const out: unknown[] = []
  n.forEach(c => {
    if (child.as === "part" && c.type.name === child.node) out.push(...nodesToSpans(c))
    if (child.as === "blocks" && c.type.isInGroup("block")) out.push(nodeToBlock(c))
    if (child.as === "list" && c.type.name === child.node) out.push(nodeToObject(c, child.shape!, f.fields!))
    if (child.as === "grid" && c.type.name === child.node)
      out.push(...c.children.map(row => row.children.map(cell => nodeToObject(cell, child.shape!, f.fields!))))
  })
  return out
}

/** nodesToSpans reads the running text of a node. */
export function nodesToSpans(n: Node): Json[] {
  const out: Json[] = []
  n.forEach(c => {
    if (c.type.name === "note") out.push({ note: c.attrs.note })
    else out.push(span(c))
  })
  return out
}

function span(c: Node): Json {
  const has: Json = c.isText ? { text: c.text } : { break: true }
  for (const m of c.marks) {
    if (m.type.name === "link") Object.assign(has, { href: m.attrs.href, ...(m.attrs.title && { title: m.attrs.title }) })
    else if (m.type.name === "tongue") Object.assign(has, m.attrs)
    else has[flagOf(m.type.name)] = true
  }
  return Object.fromEntries(described.span.filter(f => has[f.name]).map(f => [f.name, has[f.name]]))
}
