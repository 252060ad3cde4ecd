// What the Go side says of the document's JSON form (schema.json, written by
// web-src/build), and how each object of it becomes a node of the editor.
import description from "./schema.json"

export interface Field {
  name: string
  kind: "text" | "name" | "code" | "url" | "enum" | "number" | "flag" | "time" | "inline" | "blocks" | "list" | "grid"
  required?: boolean
  values?: string[]
  min?: number
  max?: number
  fields?: Field[]
}

export interface Description {
  schema: number
  max_depth: number
  base: Field[]
  blocks: Record<string, Field[]>
  span: Field[]
  footnote: Field[]
  providers: string[]
}

export const described = description as unknown as Description

/** Shape is how the fields of one object are kept in a node: scalars as
 * attributes, running text and blocks as content. */
export interface Shape {
  node: string
  attrs: Field[]
  /** the field whose running text is the node's own content */
  inline?: Field
  /** the field whose plain text is the node's own content */
  plain?: Field
  /** fields that are child nodes, in order */
  children: Child[]
}

export interface Child {
  field: Field
  /** node type of the child or children; "" for blocks */
  node: string
  /** one running text, blocks, objects of a list, or rows of a grid */
  as: "part" | "blocks" | "list" | "grid"
  shape?: Shape
}

const rich = (f: Field): boolean =>
  f.kind === "inline" || f.kind === "blocks" || f.kind === "grid" || (f.kind === "list" && f.fields!.some(rich))

/** shapes by node type: blocks, and the objects inside them. */
export const shapes = new Map<string, Shape>()

function shapeOf(node: string, fields: Field[]): Shape {
  const shape: Shape = { node, attrs: [], children: [] }
  const deep = fields.filter(rich)
  for (const field of fields) {
    if (!rich(field)) {
      // text in which every space counts is written in place where it is called so
      if (field.kind === "code" && field.name === "text") shape.plain = field
      else shape.attrs.push(field)
    } else if (field.kind === "inline" && deep.length === 1 && fields.every(f => f === field || f.kind === "number")) {
      // a paragraph or a heading: nothing but its words, so that splitting it makes two
      shape.inline = field
    } else {
      shape.children.push(childOf(node, field))
    }
  }
  shapes.set(node, shape)
  return shape
}

function childOf(owner: string, field: Field): Child {
  const node = `${owner}_${field.name}`
  switch (field.kind) {
    case "inline":
      return { field, node, as: "part" }
    case "blocks":
      return { field, node: "", as: "blocks" }
    case "grid": // the table commands want rows, and nothing else, in one node
      return { field, node: `${owner}_grid`, as: "grid", shape: shapeOf(`${owner}_cell`, field.fields!) }
    default:
      return { field, node, as: "list", shape: shapeOf(node, field.fields!) }
  }
}

/** The kinds of block, the paragraph first: it is what a new block is. */
export const kinds = ["paragraph", ...Object.keys(described.blocks).filter(k => k !== "paragraph")]
for (const kind of kinds) shapeOf(kind, described.blocks[kind])

/** empty is the value that the JSON form leaves out. */
export function empty(f: Field): unknown {
  if (f.kind === "flag") return false
  if (f.kind === "number") return 0
  return f.kind === "list" ? null : ""
}

/** Parts that need not be there. */
export const optional = new Set(["list_items_term"])

/** The flags of a span are marks, but for the line break. A mark's name may not
 * be that of a node, such as "code". */
export const markOf = (flag: string): string => "is_" + flag
export const flagOf = (mark: string): string => mark.slice(3)
export const flagMarks = described.span.filter(f => f.kind === "flag" && f.name !== "break").map(f => f.name)
