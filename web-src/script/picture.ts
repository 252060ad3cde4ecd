// Marks the focal point and the crop of the page "desk/picture" on the picture: a
// press sets the point, drawing a rectangle sets the crop. What is sent are the
// numbers of the form, which do the same by keyboard.

const pad = document.getElementById("pad");
const form = document.querySelector("form#picture") as HTMLFormElement | null;
if (pad && form?.elements.namedItem("focal_x")) {
  const img = pad.querySelector("img")!;
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  const get = (name: string) => Number(field(name).value.replace(",", ".")) || 0;
  const put = (name: string, v: number) => { field(name).value = String(Math.round(v * 10) / 10); };
  const dot = document.createElement("span");
  const box = document.createElement("span");
  dot.className = "dot";
  box.className = "cut";
  pad.append(box, dot);
  pad.classList.add("on");
  document.getElementById("pad-hint")!.hidden = false;

  const show = () => {
    dot.style.left = get("focal_x") + "%";
    dot.style.top = get("focal_y") + "%";
    const [x, y, w, h] = ["crop_x", "crop_y", "crop_w", "crop_h"].map(get);
    const all = w >= 100 && h >= 100 || !w || !h;
    Object.assign(box.style, { left: (all ? 0 : x) + "%", top: (all ? 0 : y) + "%", width: (all ? 100 : w) + "%", height: (all ? 100 : h) + "%" });
  };
  const at = (e: PointerEvent) => {
    const r = img.getBoundingClientRect();
    const part = (v: number, from: number, size: number) => Math.min(100, Math.max(0, ((v - from) / size) * 100));
    return [part(e.clientX, r.left, r.width), part(e.clientY, r.top, r.height)];
  };

  let from: number[] | null = null;
  let moved = false;
  pad.addEventListener("pointerdown", e => {
    from = at(e);
    moved = false;
    pad.setPointerCapture(e.pointerId);
    e.preventDefault();
  });
  pad.addEventListener("pointermove", e => {
    if (!from) return;
    const [x, y] = at(e);
    const w = Math.abs(x - from[0]), h = Math.abs(y - from[1]);
    if (!moved && w < 3 && h < 3) return;
    moved = true;
    put("crop_x", Math.min(x, from[0]));
    put("crop_y", Math.min(y, from[1]));
    put("crop_w", Math.max(5, w));
    put("crop_h", Math.max(5, h));
    show();
  });
  pad.addEventListener("pointerup", () => {
    if (from && !moved) {
      put("focal_x", from[0]);
      put("focal_y", from[1]);
      show();
    }
    from = null;
  });
  pad.addEventListener("pointercancel", () => { from = null; });
  form.addEventListener("input", show);
  show();
}
