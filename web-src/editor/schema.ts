// The editor's schema, made of the description that Go shares.
import { Schema, type AttributeSpec, type DOMOutputSpec, type MarkSpec, type Node, type NodeSpec, type TagParseRule } from "prosemirror-model"
import { newID } from "./dom"
import { described, empty, flagMarks, kinds, markOf, optional, shapes, type Field, type Shape } from "./describe"

type Attrs = Record<string, AttributeSpec>

function attrsOf(fields: Field[]): Attrs {
  const out: Attrs = { extra: { default: null } } // fields that this version does not know
  for (const f of fields) out[f.name] = { default: f.kind === "enum" && f.required ? f.values![0] : f.required ? f.min : empty(f) }
  return out
}

/** Tags under which nodes are drawn and copied. */
const tags: Record<string, string> = {
  paragraph: "p", code: "pre", quote: "blockquote", pullquote: "aside", factbox: "aside", live: "article", divider: "hr",
  table: "figure", table_grid: "table", table_row: "tr", list_items: "li", list_items_text: "p", list_items_term: "p", table_cell_text: "p",
  image: "figure", gallery: "figure", embed: "figure", audio: "figure", video: "figure",
}

export function tagOf(node: Node): string {
  const name = node.type.name
  if (name === "heading") return "h" + node.attrs.level
  if (name === "list") return node.attrs.style === "numbers" ? "ol" : "ul"
  if (name === "table_cell") return node.attrs.header ? "th" : "td"
  return tags[name] || "div"
}

/** domAttrs are the attributes under which a node is found again when it was
 * copied, and those that browsers and screen readers go by. */
export function domAttrs(node: Node): Record<string, string> {
  const a = node.attrs
  const out: Record<string, string> = { "data-mh": node.type.name }
  const kept = Object.keys(a).filter(k => a[k] !== node.type.spec.attrs![k].default)
  if (kept.length) out["data-attrs"] = JSON.stringify(Object.fromEntries(kept.map(k => [k, a[k]])))
  if (a.lang) out.lang = a.lang
  if (a.dir) out.dir = a.dir
  if (node.type.name === "list") {
    out["data-style"] = a.style
    if (a.start) out.start = String(a.start)
  }
  if (node.type.name === "table_cell") {
    if (a.cols > 1) out.colspan = String(a.cols)
    if (a.rows > 1) out.rowspan = String(a.rows)
  }
  return out
}

function draw(node: Node): DOMOutputSpec {
  const tag = tagOf(node)
  if (node.isLeaf) return tag === "hr" ? ["hr", domAttrs(node)] : [tag, domAttrs(node), summary(node)]
  if (tag === "table") return ["table", domAttrs(node), ["tbody", 0]]
  return tag === "pre" ? ["pre", domAttrs(node), ["code", 0]] : [tag, domAttrs(node), 0]
}

/** summary is what another program gets of a box without text of its own. */
function summary(node: Node): string {
  return node.attrs.title || node.attrs.url || node.attrs.source || ""
}

function again(name: string): TagParseRule {
  return {
    tag: `[data-mh="${name}"]`,
    getAttrs: attrsIn,
  }
}

function attrsIn(dom: HTMLElement): Record<string, any> {
  try {
    return JSON.parse(dom.getAttribute("data-attrs") || "{}")
  } catch {
    return {}
  }
}

const inline = "inline*"

function contentOf(s: Shape): string {
  if (s.inline) return inline
  if (s.plain) return "text*"
  return s.children.map(c => (c.as === "blocks" ? "block*" : c.node + (c.as === "list" ? "*" : optional.has(c.node) ? "?" : ""))).join(" ")
}

/** Tables are known to the table commands by these roles. */
const roles: Record<string, string> = { table_grid: "table", table_row: "row", table_cell: "cell" }

function spec(name: string, fields: Field[], content: string, more: Partial<NodeSpec> = {}): NodeSpec {
  const attrs = attrsOf(fields)
  if (roles[name] === "cell") {
    // the commands' own names for spans and widths
    attrs.colspan = attrs.rowspan = { default: 1 }
    attrs.colwidth = { default: null }
  }
  return { attrs, content, toDOM: draw, parseDOM: [again(name)], tableRole: roles[name], ...more }
}

function nodes(): Record<string, NodeSpec> {
  const out: Record<string, NodeSpec> = { doc: { content: "block* footnote*" } }
  for (const kind of kinds) {
    const s = shapes.get(kind)!
    const content = contentOf(s)
    out[kind] = spec(kind, [...described.base, ...s.attrs], content, {
      group: "block",
      code: !!s.plain,
      marks: s.plain ? "" : undefined,
      defining: kind !== "paragraph",
      isolating: kind === "table" || kind === "gallery",
      draggable: content === "",
      whitespace: s.plain ? "pre" : undefined,
    })
    addChildren(out, s)
  }
  out.paragraph.parseDOM = [again("paragraph"), { tag: "p:not([data-mh])" }]
  out.heading.parseDOM = [again("heading"), ...[2, 3, 4].map(level => ({ tag: `h${level}:not([data-mh])`, attrs: { level } }))]
  out.code.parseDOM = [{ ...again("code"), preserveWhitespace: "full" }]
  out.footnote = spec("footnote", described.footnote.filter(f => f.kind !== "inline"), "(text | break)*", { isolating: true, defining: true })
  // Without a value of its own accord it is never what Enter makes at the end of
  // the text: that is the first text that may stand there and needs nothing.
  out.footnote.attrs!.id = {}
  out.footnote.parseDOM = [{ ...again("footnote"), getAttrs: dom => ({ id: newID(), ...attrsIn(dom) }) }]
  out.text = { group: "inline" }
  out.break = { group: "inline", inline: true, selectable: false, linebreakReplacement: true, toDOM: () => ["br"], parseDOM: [{ tag: "br" }] }
  out.note = {
    group: "inline", inline: true, atom: true, attrs: { note: { default: "" } },
    toDOM: n => ["sup", { "data-note": n.attrs.note }], parseDOM: [{ tag: "sup[data-note]", getAttrs: d => ({ note: (d as HTMLElement).dataset.note }) }],
  }
  return out
}

function addChildren(out: Record<string, NodeSpec>, s: Shape) {
  for (const c of s.children) {
    if (c.as === "part") {
      const running = s.node === "list_items" || s.node === "table_cell" // Enter and Backspace act on what holds it
      out[c.node] = spec(c.node, [], inline, { isolating: !running, defining: true })
    } else if (c.as === "list" || c.as === "grid") {
      out[c.shape!.node] = spec(c.shape!.node, c.shape!.attrs, contentOf(c.shape!), { defining: true, isolating: c.as === "grid" })
      addChildren(out, c.shape!)
      if (c.as === "grid") {
        out[rowOf(c.node)] = spec(rowOf(c.node), [], c.shape!.node + "*")
        out[c.node] = spec(c.node, [], rowOf(c.node) + "*", { isolating: true, selectable: false })
      }
    }
  }
}

/** rowOf names the rows of a grid. */
export const rowOf = (grid: string): string => grid.replace(/grid$/, "row")

const markTags: Record<string, string[]> = {
  strong: ["strong", "b"], em: ["em", "i"], strike: ["s", "del"], sub: ["sub"], sup: ["sup:not([data-note])"], code: ["code"], bdi: ["bdi"],
}

function marks(): Record<string, MarkSpec> {
  const out: Record<string, MarkSpec> = {
    link: {
      attrs: { href: { default: "" }, title: { default: "" } }, inclusive: false,
      toDOM: m => ["a", m.attrs.title ? { href: m.attrs.href, title: m.attrs.title } : { href: m.attrs.href }, 0],
      parseDOM: [{ tag: "a[href]", getAttrs: d => ({ href: (d as HTMLElement).getAttribute("href"), title: (d as HTMLElement).title }) }],
    },
    tongue: {
      attrs: { lang: { default: "" }, dir: { default: "" } },
      toDOM: m => ["span", { ...(m.attrs.lang && { lang: m.attrs.lang }), ...(m.attrs.dir && { dir: m.attrs.dir }) }, 0],
      parseDOM: [{ tag: "span[lang], span[dir]", getAttrs: d => ({ lang: (d as HTMLElement).lang, dir: (d as HTMLElement).dir }) }],
    },
  }
  for (const name of flagMarks) {
    const found = markTags[name] || [`span[data-mark="${name}"]`]
    out[markOf(name)] = {
      toDOM: () => (markTags[name] ? [found[0].replace(/:.*/, ""), 0] : ["span", { "data-mark": name }, 0]),
      parseDOM: found.map(tag => ({ tag })),
      inclusive: name !== "code",
      code: name === "code", // no quotes are set and no dashes joined in it
    }
  }
  return out
}

export const schema = new Schema({ nodes: nodes(), marks: marks() })
