// The handle at the side of a block: it is dragged, or pressed to choose the
// block. Keys and the toolbar do the same, so that nobody needs it.
import { NodeSelection, Plugin } from "prosemirror-state"
import type { EditorView } from "prosemirror-view"
import { h } from "./dom"
import { t } from "./words"

class Handle {
  private dom = h("div", { class: "grip", draggable: "true", title: t("move.drag"), "aria-hidden": "true" }, "⠿")
  private pos = -1

  constructor(private view: EditorView) {
    const place = view.dom.parentElement!
    place.append(this.dom)
    this.dom.hidden = true
    place.addEventListener("mousemove", e => this.follow(e))
    place.addEventListener("mouseleave", () => (this.dom.hidden = true))
    this.dom.addEventListener("click", () => this.choose())
    this.dom.addEventListener("dragstart", e => this.drag(e))
  }

  update() { this.dom.hidden = true }
  destroy() { this.dom.remove() }

  private follow(e: MouseEvent) {
    if (e.target === this.dom) return
    const { view } = this
    const box = view.dom.getBoundingClientRect()
    const el = [...view.dom.children].find(c => {
      const r = c.getBoundingClientRect()
      return e.clientY >= r.top && e.clientY <= r.bottom
    })
    if (!el || el.classList.contains("fn")) return void (this.dom.hidden = true)
    const inside = view.posAtDOM(el, 0)
    const $pos = view.state.doc.resolve(inside)
    this.pos = $pos.depth ? $pos.before(1) : inside
    this.dom.hidden = false
    this.dom.style.insetBlockStart = el.getBoundingClientRect().top - box.top + view.dom.offsetTop + "px"
  }

  private choose() {
    const { view } = this
    if (this.pos < 0 || !view.state.doc.nodeAt(this.pos)) return
    view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, this.pos)))
    view.focus()
  }

  private drag(e: DragEvent) {
    this.choose()
    const { view } = this
    const slice = view.state.selection.content()
    const { dom, text } = view.serializeForClipboard(slice)
    e.dataTransfer!.clearData()
    e.dataTransfer!.setData("text/html", dom.innerHTML)
    e.dataTransfer!.setData("text/plain", text)
    e.dataTransfer!.effectAllowed = "move"
    view.dragging = { slice, move: true }
  }
}

export const handle = new Plugin({ view: view => new Handle(view) })
