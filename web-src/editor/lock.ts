// The soft lock: it tells who else writes here. What protects the text is the
// check of the version on each save.
import { button, h } from "./dom"
import { post, story } from "./story"
import { t } from "./words"

const beat = 20000 // ms; the server forgets a holder after 60 s

export class Lock {
  private client = ""

  constructor(private place: HTMLElement) {}

  start(client: string) {
    this.client = client
    void this.ask("hold")
    setInterval(() => !document.hidden && void this.ask("hold"), beat)
    addEventListener("pagehide", () => navigator.sendBeacon?.(story.urls.lock, JSON.stringify({ nonce: story.nonce, client: this.client, do: "leave" })))
    document.addEventListener("visibilitychange", () => !document.hidden && void this.ask("hold"))
  }

  private async ask(what: "hold" | "ask" | "take" | "leave") {
    try {
      const { status, answer } = await post(story.urls.lock, { client: this.client, do: what })
      if (status === 200) this.show(answer)
      else if (answer.say) this.place.replaceChildren(h("p", { class: "note warn" }, answer.say))
    } catch {
      // offline: who else writes will be known when the server answers again
    }
  }

  private shown = ""

  /** show draws the banner anew only where something changed, so that a screen
   * reader does not hear it every twenty seconds. */
  private show(a: Record<string, any>) {
    const now = JSON.stringify([a.holder, a.mine, a.asked])
    if (now === this.shown) return
    this.shown = now
    if (a.mine && a.asked)
      this.banner(t("lock.asked", { name: a.asked }), button(t("lock.give"), () => this.ask("leave")))
    else if (!a.mine && a.holder)
      this.banner(t("lock.other", { name: a.holder }), ...(a.asked ? [h("span", { class: "meta" }, t("lock.waiting"))] : [button(t("lock.ask"), () => this.ask("ask"))]), button(t("lock.take"), () => this.ask("take")))
    else this.place.replaceChildren()
  }

  private banner(text: string, ...acts: HTMLElement[]) {
    this.place.replaceChildren(h("div", { class: "note hint", role: "status" }, h("p", {}, text), h("div", { class: "acts" }, ...acts)))
  }
}
