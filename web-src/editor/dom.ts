// Elements by hand: no markup from strings, so that no text can become one.
type Child = Node | string | false | null | undefined
type Value = string | number | boolean | null | undefined | ((e: any) => void)

/** h makes an element. Names that begin with "on" are listeners, true is an
 * attribute without a value, false and null leave it out. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attrs: Record<string, Value> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const el = document.createElement(tag)
  for (const [name, v] of Object.entries(attrs)) {
    if (typeof v === "function") el.addEventListener(name.slice(2), v)
    else if (v === true) el.setAttribute(name, "")
    else if (v !== false && v != null) el.setAttribute(name, String(v))
  }
  el.append(...children.filter((c): c is Node | string => c !== false && c != null && c !== ""))
  return el
}

/** button makes one that never submits a form. */
export function button(text: string, act: (e: MouseEvent) => void, attrs: Record<string, Value> = {}): HTMLButtonElement {
  return h("button", { type: "button", class: "btn alt", onclick: act, ...attrs }, text)
}

let last = 0
/** unique gives an id for an element. */
export const unique = (): string => "e" + ++last

let region: HTMLElement | undefined
/** announce says something to a screen reader without moving the focus. */
export function announce(text: string) {
  if (!region) {
    region = h("div", { class: "vh", role: "status", "aria-live": "polite", id: "live" })
    document.getElementById("editor")!.append(region)
  }
  region.textContent = region.textContent === text ? text + "\u00a0" : text // the same again is said again
}

/** newID is 40 random bits as 8 characters, as the server makes ids of blocks. */
export function newID(length = 8): string {
  const letters = "0123456789abcdefghjkmnpqrstvwxyz"
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), b => letters[b & 31]).join("")
}
