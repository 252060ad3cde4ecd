// Small forms in a dialog, for what is not written in place.
import { h, button, unique } from "./dom"
import { has, t } from "./words"

export interface FormField {
  name: string
  label: string
  hint?: string
  kind: "text" | "url" | "area" | "flag" | "number" | "time" | "choice"
  options?: { value: string; text: string }[]
  required?: boolean
}

export type Values = Record<string, any>

/** Extra is something more in a form: it is drawn after the fields and may
 * change the values when the form is accepted. */
export interface Extra {
  dom: HTMLElement
  take?: (v: Values) => void
}

/** ask shows a form and gives what was filled in, or null where it was left. */
export function ask(title: string, fields: FormField[], values: Values, extra: Extra[] = [], submit = t("form.ok")): Promise<Values | null> {
  return new Promise(done => {
    const back = document.activeElement as HTMLElement | null
    const heading = unique()
    const inputs = fields.map(f => input(f, values[f.name]))
    let result: Values | null = null
    const accept = (e: Event) => {
      e.preventDefault()
      const bad = inputs.filter(i => !i.check())
      if (bad.length) return void bad[0].control.focus()
      result = { ...values }
      for (const i of inputs) result[i.field.name] = i.read()
      for (const x of extra) x.take?.(result)
      dialog.close()
    }
    const form = h("form", { method: "dialog", onsubmit: accept, novalidate: true },
      h("h2", { id: heading }, title), ...inputs.map(i => i.dom), ...extra.map(x => x.dom),
      h("div", { class: "acts" }, h("button", { class: "btn" }, submit), button(t("form.cancel"), () => dialog.close())))
    const dialog = h("dialog", { class: "ask", "aria-labelledby": heading, onclose: () => { dialog.remove(); back?.focus(); done(result) } }, form)
    document.getElementById("editor")!.append(dialog)
    dialog.showModal()
  })
}

/** tell shows something to read in a dialog, with a button to close it. */
export function tell(title: string, ...content: (HTMLElement | string)[]): Promise<unknown> {
  return ask(title, [], {}, content.map(c => ({ dom: typeof c === "string" ? h("p", {}, c) : c })), t("form.close"))
}

interface Input {
  field: FormField
  dom: HTMLElement
  control: HTMLElement
  read: () => any
  check: () => boolean
}

function input(field: FormField, value: any): Input {
  const id = unique()
  const control = controlOf(field, value, id)
  const error = h("p", { class: "err", id: id + "-err", hidden: true })
  const hint = field.hint ? h("p", { class: "hint", id: id + "-hint" }, field.hint) : null
  control.setAttribute("aria-describedby", [hint && hint.id, error.id].filter(Boolean).join(" "))
  const read = () => readOf(field, control)
  const check = () => {
    const why = faultOf(field, read())
    error.hidden = !why
    error.textContent = why
    control.setAttribute("aria-invalid", String(!!why))
    return !why
  }
  const label = h("label", { for: id }, field.label)
  const dom = field.kind === "flag" ? h("div", { class: "field" }, h("div", { class: "tick" }, control, label), hint, error) : h("div", { class: "field" }, label, hint, control, error)
  return { field, dom, control, read, check }
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

function controlOf(f: FormField, value: any, id: string): Control {
  const common = { id, name: f.name, class: "in", required: !!f.required }
  switch (f.kind) {
    case "area":
      return Object.assign(h("textarea", { ...common, rows: 3, dir: "auto" }), { value: value || "" })
    case "choice":
      return Object.assign(h("select", common, ...f.options!.map(o => h("option", { value: o.value }, o.text))), { value: value || f.options![0].value })
    case "flag":
      return h("input", { id, name: f.name, type: "checkbox", checked: !!value })
    case "time":
      return h("input", { ...common, type: "datetime-local", step: 1, value: localTime(value) })
    default:
      return h("input", { ...common, type: "text", inputmode: f.kind === "number" ? "numeric" : f.kind === "url" ? "url" : null, dir: f.kind === "url" ? "ltr" : "auto", value: value || "" })
  }
}

function readOf(f: FormField, c: HTMLElement): any {
  const control = c as Control
  if (f.kind === "flag") return (control as HTMLInputElement).checked
  if (f.kind === "number") return Number(control.value.trim() || 0)
  if (f.kind === "time") return control.value ? new Date(control.value).toISOString().replace(".000Z", "Z") : ""
  return control.value.trim().replace(/\s*\n\s*/g, " ")
}

/** localTime is an instant as an input of day and time wants it. */
function localTime(value: string | undefined): string {
  if (!value) return ""
  const at = new Date(value)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19)
}

function faultOf(f: FormField, value: any): string {
  if (f.required && !value) return t("form.missing")
  if (f.kind === "number" && !(Number.isInteger(value) && value >= 0)) return t("form.number")
  if (f.kind === "url" && value && !isAddress(value)) return t("form.address")
  return ""
}

/** isAddress tells whether the server will keep an address in a link. */
export const isAddress = (a: string): boolean => /^(https?:\/\/[^\s]+|mailto:[^\s]+@[^\s]+|tel:[+\d][\d() .-]*|[/#?][^\s]*|[^\s:/?#]+([/?#][^\s]*)?)$/i.test(a)

/** label is the name of a field of a kind of block. */
export function label(kind: string, field: string): string {
  const own = `field.${kind}.${field}`
  return t(has(own) ? own : "field." + field)
}
