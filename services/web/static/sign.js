// Turns each .signpad into a pad to sign on with a finger, a pen or a mouse. What
// is drawn goes into its hidden field as SVG whenever a stroke ends. Whoever cannot
// draw signs with the PIN field beside it.
const most = 20_000; // characters that a signature takes, unless it is a scrawl all over

function pad(box) {
  const canvas = box.querySelector("canvas");
  const field = box.querySelector("input[name=drawing]");
  const clear = box.querySelector(".clear");
  const pen = canvas.getContext("2d");
  let strokes = []; // of points [x, y] in CSS pixels
  let before = drawnBefore(field.value); // on a page that came back with what is wrong, or from the history
  let stroke = null; // that is being drawn
  let width = 0, height = 0;

  // A pad that is turned or resized keeps what is on it, scaled.
  function fit() {
    const w = canvas.clientWidth, h = canvas.clientHeight;
    if (!w || !h) return;
    const scale = width ? Math.min(w / width, h / height) : 1;
    if (scale !== 1) strokes = strokes.map((s) => s.map(([x, y]) => [x * scale, y * scale]));
    [width, height] = [w, h];
    const dots = window.devicePixelRatio || 1;
    canvas.width = Math.round(w * dots);
    canvas.height = Math.round(h * dots);
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    draw();
    if (strokes.length && !stroke) keep();
  }

  function ink(strokes) {
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.lineWidth = 2.2;
    pen.lineCap = pen.lineJoin = "round";
    pen.stroke(new Path2D(strokes.map(curve).join("")));
  }

  function draw() {
    pen.clearRect(0, 0, width, height);
    if (before) {
      pen.save();
      const scale = Math.min(width / before.width, height / before.height);
      pen.scale(scale, scale);
      pen.strokeStyle = getComputedStyle(canvas).color;
      pen.lineWidth = 2.2;
      pen.lineCap = pen.lineJoin = "round";
      pen.stroke(before.path);
      pen.restore();
    }
    ink(strokes);
  }

  function keep() {
    field.value = strokes.length ? svg(strokes, width, height) : "";
    box.classList.toggle("signed", strokes.length > 0);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const edge = (v, end) => Math.min(Math.max(v, 0), end);
  function add(event) {
    const at = canvas.getBoundingClientRect();
    const x = edge(event.clientX - at.left - canvas.clientLeft, width), y = edge(event.clientY - at.top - canvas.clientTop, height);
    const last = stroke.at(-1);
    if (!last || Math.hypot(x - last[0], y - last[1]) >= 0.5) stroke.push([x, y]);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (stroke || !event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    if (before) wipe(); // who draws again draws all of it
    canvas.setPointerCapture(event.pointerId);
    strokes.push(stroke = []);
    add(event);
    ink([stroke]);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke || !event.isPrimary) return;
    const from = stroke.length - 1;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) add(one);
    ink([stroke.slice(from)]); // the rest is on the pad; it is drawn rounder when the stroke ends
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (!stroke || !event.isPrimary) return;
      stroke = null;
      draw();
      keep();
    });
  }

  function wipe() {
    strokes = [];
    before = null;
    stroke = null;
    draw();
    keep();
  }
  clear?.addEventListener("click", wipe);
  field.form?.addEventListener("reset", () => setTimeout(wipe, 0));
  new ResizeObserver(fit).observe(canvas);
  if (!before) field.value = "";
  box.classList.toggle("signed", !!before);
  fit();
}

// drawnBefore reads what svg wrote.
function drawnBefore(drawing) {
  const [, width, height, d] = /^<svg [^>]*width="([\d.]+)" height="([\d.]+)"[^>]*><path d="([MLQ\d. -]+)"/.exec(drawing) ?? [];
  return d ? { path: new Path2D(d), width: Number(width), height: Number(height) } : null;
}

const short = (v) => String(Math.round(v * 10) / 10);

// curve goes through the middles between points, so that corners are round.
function curve(points) {
  const at = ([x, y]) => short(x) + " " + short(y);
  let d = "M" + at(points[0]);
  if (points.length === 1) return d + "L" + at(points[0]);
  for (let i = 1; i < points.length - 1; i++) {
    const [a, b] = [points[i], points[i + 1]];
    d += "Q" + at(a) + " " + at([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
  }
  return d + "L" + at(points.at(-1));
}

// simplify leaves out the points that lie within slack of the line between those
// that stay (Ramer, Douglas and Peucker).
function simplify(points, slack) {
  const stays = new Set([0, points.length - 1]);
  const spans = [[0, points.length - 1]];
  while (spans.length) {
    const [from, to] = spans.pop();
    const [ax, ay] = points[from], [bx, by] = points[to];
    const length = Math.hypot(bx - ax, by - ay);
    let far = slack, at = -1;
    for (let i = from + 1; i < to; i++) {
      const [x, y] = points[i];
      const off = length ? Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length : Math.hypot(x - ax, y - ay);
      if (off > far) [far, at] = [off, i];
    }
    if (at < 0) continue;
    stays.add(at);
    spans.push([from, at], [at, to]);
  }
  return points.filter((_, i) => stays.has(i));
}

function svg(strokes, width, height) {
  const [w, h] = [short(width), short(height)];
  let slack = 0.4, d;
  do {
    d = strokes.map((s) => curve(simplify(s, slack))).join("");
    slack *= 1.5;
  } while (d.length > most && slack < 8);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}"><path d="${d}" fill="none" stroke="#000" stroke-width="2.2" stroke-linecap="round"/></svg>`;
}

for (const box of document.querySelectorAll(".signpad")) pad(box);
