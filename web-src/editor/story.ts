// What the page hands to the editor.
import type { Json } from "./convert"

export interface Medium {
  src: string
  width: number
  height: number
  alt?: string
  credit?: string
  caption?: string
  focal?: [number, number] // ten-thousandths of the whole width and height
  crop?: number[] // left, top, width, height, the same; all of it where there is none
  name?: string // of the file
  decorative?: boolean
  until?: string // last day of its rights
  mine?: boolean // this person may change it
}

export interface Choice { id: string; name: string }

export interface Story {
  id: string
  nonce: string
  base: string
  number: number
  content: Json
  lang: string // of the interface
  dir: string
  words: Record<string, any>
  urls: { save: string; lock: string; pictures?: string; picture?: string; paste?: string; text?: string; story?: string; signin?: string; preview?: string; library?: string }
  media: Record<string, Medium>
  sections?: Choice[]
  topics?: Choice[]
  people?: Choice[]
  campaigns?: Choice[]
  next?: { action: string; text: string } // the step that follows the writing
}

export let story: Story

export function readStory(): Story {
  story = JSON.parse(document.getElementById("story")!.textContent!)
  story.media ||= {}
  return story
}

const rtl = new Set(["ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"])

/** dirOf is the direction of a language's script. */
export const dirOf = (lang: string): string => (rtl.has(lang.split("-")[0]) || /-(Arab|Hebr|Thaa|Nkoo)\b/.test(lang) ? "rtl" : "ltr")

/** post sends JSON and gives status and answer. A failed connection throws. */
export async function post(url: string, body: Json, more: RequestInit = {}): Promise<{ status: number; answer: Json }> {
  const r = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, credentials: "same-origin", body: JSON.stringify({ nonce: story.nonce, ...body }), ...more })
  let answer: Json = {}
  try {
    answer = await r.json()
  } catch {
    // a proxy's page, say: the status tells what there is to know
  }
  if (r.status === 403 && answer.state === "stale" && answer.nonce && answer.nonce !== story.nonce) {
    story.nonce = answer.nonce
    return post(url, body, more)
  }
  return { status: r.status, answer }
}
