// Asks the browser for a passkey and sends what it says in the form of the page.
// Where the browser has none to offer, the page says so and its other way stays.

const form = document.querySelector("form[data-ask]") as HTMLFormElement | null;

const bytes = (s: string) =>
  Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (b: ArrayBuffer | null) =>
  b && btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function say(what: string) {
  form!.querySelector("[role=alert]")!.textContent = what;
}

// question fetches what the passkey has to answer. It holds for five minutes and
// once, so that it is fetched when it is needed and not before.
async function question() {
  const body = new URLSearchParams({ nonce: (form!.elements.namedItem("nonce") as HTMLInputElement).value });
  const answer = await fetch(form!.dataset.ask!, { method: "POST", body });
  if (answer.redirected || !/json/.test(answer.headers.get("Content-Type") || "")) {
    location.reload(); // signed out, or to be proved again: the page leads there
    return new Promise<never>(() => {});
  }
  const q = await answer.json();
  if (q.say) throw { say: q.say };
  const o = q.options;
  o.challenge = bytes(o.challenge);
  if (o.user) o.user.id = bytes(o.user.id);
  for (const c of [...(o.excludeCredentials || []), ...(o.allowCredentials || [])]) c.id = bytes(c.id);
  return q;
}

function send(token: string, credential: PublicKeyCredential) {
  const r = credential.response as any;
  const response: any = { clientDataJSON: text(r.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (r[part]) response[part] = text(r[part]);
  }
  if (r.getTransports) response.transports = r.getTransports();
  const put = (name: string, value: string) => ((form!.elements.namedItem(name) as HTMLInputElement).value = value);
  put("question", token);
  put("answer", JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {},
    authenticatorAttachment: (credential as any).authenticatorAttachment || undefined,
  }));
  form!.submit();
}

let waiting: AbortController | undefined; // what the address field's list of passkeys waits with

async function run(quiet: boolean) {
  waiting?.abort();
  waiting = undefined;
  const words = form!.dataset;
  const stop = new AbortController();
  try {
    if (quiet) waiting = stop;
    else say(words.busy!);
    const q = await question();
    if (stop.signal.aborted) return;
    const asked = words.make !== undefined
      ? await navigator.credentials.create({ publicKey: q.options })
      : await navigator.credentials.get({ publicKey: q.options, signal: stop.signal, ...(quiet && { mediation: "conditional" }) } as any);
    send(q.token, asked as PublicKeyCredential);
  } catch (e: any) {
    if (quiet) return;
    say(e.say || (e.name === "InvalidStateError" ? words.known : e.name === "NotAllowedError" ? words.cancelled : words.failed)!);
  }
}

async function offer() {
  if (!(await (window.PublicKeyCredential as any).isConditionalMediationAvailable?.())) return;
  run(true);
  setInterval(() => waiting && run(true), 240_000); // before the question ends
}

if (form) {
  const here = location.hostname === form.dataset.host;
  if (here && window.PublicKeyCredential) {
    form.hidden = false;
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      run(false);
    });
    if (form.dataset.auto !== undefined) offer();
  } else {
    (document.querySelector(here ? "[data-without]" : "[data-elsewhere]") as HTMLElement).hidden = false;
  }
}
