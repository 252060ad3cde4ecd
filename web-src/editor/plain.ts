// Plain text to blocks: what mail programs and terminals put on the clipboard.
import { Fragment, Slice, type Node } from "prosemirror-model"
import { schema } from "./schema"

const n = schema.nodes
const bullet = /^\s*[-*•‣–]\s+(?=\S)/
const numbered = /^\s*\d{1,3}[.)]\s+(?=\S)/
const quoted = /^\s{0,3}>\s?/

type Sort = "text" | "quote" | "bullets" | "numbers"

const sortOf = (line: string): Sort => (quoted.test(line) ? "quote" : bullet.test(line) ? "bullets" : numbered.test(line) ? "numbers" : "text")

/** plainBlocks makes blocks of a text: blank lines part paragraphs, ">" quotes,
 * marks of lists make lists. */
export function plainBlocks(text: string, depth = 0): Node[] {
  const clean = text.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "")
  const out: Node[] = []
  const loose = !/\n[ \t]*\n/.test(clean.trim()) // no blank line at all: each line is a paragraph
  for (const { sort, lines } of groups(clean.split("\n"))) {
    if (sort === "quote" && depth < 6) out.push(n.quote.create(null, [...plainBlocks(lines.map(l => l.replace(quoted, "")).join("\n"), depth + 1), n.quote_speaker.create()]))
    else if (sort === "bullets" || (sort === "numbers" && (lines.length > 1 || !loose))) out.push(list(sort, lines))
    else if (loose && !wrapped(lines)) out.push(...lines.map(l => n.paragraph.create(null, inline(l))))
    else out.push(n.paragraph.create(null, joined(lines)))
  }
  return out
}

/** groups gathers lines of one sort; a line without a mark goes on with the item
 * before where it is indented. */
function groups(lines: string[]): { sort: Sort; lines: string[] }[] {
  const out: { sort: Sort; lines: string[] }[] = []
  let open = false
  for (const line of lines) {
    if (!line.trim()) {
      open = false
      continue
    }
    const sort = sortOf(line)
    const last = out.at(-1)
    const more = last && sort === "text" && /^\s{2,}/.test(line) && (last.sort === "bullets" || last.sort === "numbers")
    if (open && more) last.lines[last.lines.length - 1] += " " + line.trim()
    else if (last && last.sort === sort && (open || (sort !== "text" && sort !== "quote"))) last.lines.push(line)
    else out.push({ sort, lines: [line] })
    open = true
  }
  return out
}

function list(style: string, lines: string[]): Node {
  const mark = style === "bullets" ? bullet : numbered
  const start = style === "numbers" ? parseInt(lines[0].trim(), 10) : 0
  return n.list.create({ style, start: start > 1 ? start : 0 }, lines.map(l => n.list_items.create(null, n.list_items_text.create(null, inline(l.replace(mark, ""))))))
}

const wrapped = (lines: string[]): boolean => lines.length > 1 && lines.slice(0, -1).every(l => l.trim().length >= 50 && l.length <= 100)

/** joined mends lines that a mail program broke at some 72 characters; short
 * lines, as of an address or a poem, stay lines. */
function joined(lines: string[]): Node[] {
  if (wrapped(lines)) return inline(lines.map(l => l.trim()).join(" "))
  return lines.flatMap((l, i) => (i ? [n.break.create(), ...inline(l)] : inline(l)))
}

/** inline makes links of addresses. */
function inline(line: string): Node[] {
  return line.trim().split(/(https?:\/\/[^\s<>"”»]+[^\s<>"”».,;:!?)\]])/).filter(Boolean).map((part, i) =>
    schema.text(part, /^https?:\/\//.test(part) ? [schema.marks.link.create({ href: part })] : []))
}

/** plainSlice is the text as something to paste. */
export function plainSlice(text: string): Slice {
  const blocks = plainBlocks(text)
  return new Slice(Fragment.from(blocks), open(blocks[0]), open(blocks.at(-1)))
}

const open = (b: Node | undefined): number => (b?.type === n.paragraph ? 1 : 0)
