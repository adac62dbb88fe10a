// Draws the screens of an asciinema recording: a PNG for each that stood still for a moment, and the list
// that ffmpeg joins them by.
//
//   node draw.mjs CAST DIR CHROMIUM
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const still = 0.03; // seconds without output after which a screen is one that people see
const longest = 1.6; // seconds that a screen is shown, however long it was there
const last = 4; // seconds that the last one is shown

const [cast, dir, chromium] = process.argv.slice(2);
const [header, ...events] = (await readFile(cast, "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));

// The recording begins and ends outside of the program that was recorded.
const end = events.findIndex(([, , data]) => data.includes("\x1b[?1049l"));
if (end >= 0) events.splice(end);

const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ["--no-sandbox"], // it also runs as root, in a container, and opens nothing but what is ours
});
const page = await browser.newPage();
await page.setViewport({ width: 1200, height: 800, deviceScaleFactor: 2 });
await page.setContent('<body style="margin: 0; background: #0d1117"><div id="terminal" style="display: inline-block; padding: 10px">');
const { resolve } = createRequire(import.meta.url);
await page.addStyleTag({ path: resolve("@xterm/xterm/css/xterm.css") });
await page.addStyleTag({ content: "* { text-spacing-trim: space-all }" }); // or 、 is narrower than its cells
await page.addScriptTag({ path: resolve("@xterm/xterm") });
await page.addScriptTag({ path: resolve("@xterm/addon-unicode-graphemes") });
await page.evaluate(async ({ width, height }) => {
  const terminal = new Terminal({
    cols: width,
    rows: height,
    allowProposedApi: true, // for the widths of graphemes
    fontFamily: '"DejaVu Sans Mono", "Noto Sans Mono CJK JP", "Noto Color Emoji"',
    fontSize: 15,
    cursorInactiveStyle: "block",
    scrollback: 0,
    theme: {
      background: "#0d1117", foreground: "#e6edf3", cursor: "#e6edf3",
      black: "#484f58", red: "#ff7b72", green: "#3fb950", yellow: "#d29922",
      blue: "#58a6ff", magenta: "#bc8cff", cyan: "#39c5cf", white: "#b1bac4",
      brightBlack: "#6e7681", brightRed: "#ffa198", brightGreen: "#56d364", brightYellow: "#e3b341",
      brightBlue: "#79c0ff", brightMagenta: "#d2a8ff", brightCyan: "#56d4dd", brightWhite: "#ffffff",
    },
  });
  terminal.loadAddon(new UnicodeGraphemesAddon.UnicodeGraphemesAddon());
  terminal.open(document.getElementById("terminal"));
  const frame = () => new Promise(requestAnimationFrame);
  globalThis.show = async (data) => {
    await new Promise((done) => terminal.write(data, done));
    await frame();
    await frame();
  };
}, header);

await mkdir(dir);
const terminal = await page.$("#terminal");
const frames = [];
let output = "";
for (const [i, [at, , data]] of events.entries()) {
  output += data;
  const next = events[i + 1]?.[0] ?? at + last;
  if (next - at < still) continue;
  await page.evaluate((output) => show(output), output);
  output = "";
  const png = await terminal.screenshot();
  const seconds = Math.min(next - at, i + 1 < events.length ? longest : last);
  if (frames.at(-1)?.png.equals(png)) {
    frames.at(-1).seconds = Math.min(frames.at(-1).seconds + seconds, longest);
  } else {
    frames.push({ png: Buffer.from(png), seconds });
  }
}
await browser.close();

// The GIF shows its last picture as long as the one before: it gets two of the same, for half of the time each.
frames.at(-1).seconds /= 2;
frames.push(frames.at(-1));
const list = ["ffconcat version 1.0"];
for (const [i, { png, seconds }] of frames.entries()) {
  const name = `${String(i).padStart(4, "0")}.png`;
  await writeFile(`${dir}/${name}`, png);
  list.push(`file ${name}`, "option framerate 100", `duration ${seconds.toFixed(2)}`);
}
await writeFile(`${dir}/list`, list.join("\n") + "\n");
console.log(`${frames.length} screens, ${frames.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1)} s`);
