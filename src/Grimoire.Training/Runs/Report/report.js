"use strict";
(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const readout = document.getElementById("readout");

  // Small tools ---------------------------------------------------------------------------------

  const svg = (name, attributes, parent) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (parent) parent.append(node);
    return node;
  };

  const html = (name, text, parent, className) => {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    if (parent) parent.append(node);
    return node;
  };

  const show = value => {
    const size = Math.abs(value);
    if (size >= 1e4) return Math.round(value).toLocaleString("en");
    if (size >= 100) return value.toFixed(0);
    if (size >= 1) return value.toFixed(size >= 10 ? 1 : 3);
    return size === 0 ? "0" : size < 1e-3 ? value.toExponential(1).replace("e", " e") : value.toPrecision(3);
  };

  const tick = value => {
    const size = Math.abs(value);
    if (size >= 1e6) return +(value / 1e6).toPrecision(3) + "M";
    if (size >= 1e4) return +(value / 1e3).toPrecision(3) + "k";
    return size !== 0 && size < 1e-4 ? value.toExponential(0) : String(+value.toPrecision(3));
  };

  const niceTicks = (low, high, count) => {
    const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].find(m => m * power >= raw) * power;
    const ticks = [];
    for (let t = Math.ceil(low / step) * step; t <= high + step * 1e-9; t += step) ticks.push(Math.abs(t) < step * 1e-9 ? 0 : t);
    return ticks;
  };

  const nearest = (steps, step) => {
    let low = 0, high = steps.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (steps[middle] < step) low = middle; else high = middle;
    }
    return step - steps[low] < steps[high] - step ? low : high;
  };

  const place = (x, y) => {
    readout.hidden = false;
    const box = readout.getBoundingClientRect(), room = document.documentElement.clientWidth;
    const left = x + box.width + 24 > room ? x - box.width - 14 : x + 14;
    readout.style.left = Math.max(6, left) + window.scrollX + "px";
    readout.style.top = Math.max(6, y - box.height - 12) + window.scrollY + "px";
  };

  const row = (name, value) => {
    const line = html("div", undefined, readout);
    html("span", name, line);
    html("span", value, line);
  };

  // Charts --------------------------------------------------------------------------------------

  const range = chart => {
    // A wild batch must not flatten everything else, so the faint line does not decide.
    const lines = chart.lines.some(l => l.look !== "faint") ? chart.lines.filter(l => l.look !== "faint") : chart.lines;
    let low = Infinity, high = -Infinity;
    for (const line of lines) for (const value of line.values) { low = Math.min(low, value); high = Math.max(high, value); }
    if (chart.reference) high = Math.max(high, chart.reference.value);
    if (chart.zero) low = Math.min(low, 0);
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    return [low === 0 ? 0 : low - room, high + room];
  };

  const draw = figure => {
    const chart = data.charts[figure.dataset.chart], wide = figure.classList.contains("wide");
    const width = figure.clientWidth, height = wide ? Math.max(240, Math.min(380, width * 0.45)) : 140;
    const left = 46, right = 10, top = 8, bottom = 24;
    figure.querySelector("svg")?.remove();
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": figure.firstChild.firstChild.textContent }, figure);

    const last = Math.max(...chart.lines.map(l => l.steps[l.steps.length - 1]));
    const [low, high] = range(chart);
    const x = step => left + (width - left - right) * step / last;
    const y = value => top + (height - top - bottom) * (1 - (value - low) / (high - low));

    for (const t of niceTicks(low, high, wide ? 6 : 3)) {
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(t), y2: y(t) }, root);
      svg("text", { x: left - 8, y: y(t) + 4, "text-anchor": "end" }, root).textContent = tick(t);
    }
    svg("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }, root);
    for (const t of niceTicks(0, last, Math.max(2, Math.round(width / 130))))
      svg("text", { x: x(t), y: height - 6, "text-anchor": t === 0 ? "start" : x(t) > width - 30 ? "end" : "middle" }, root).textContent = t === 0 ? "0 steps" : tick(t);

    if (chart.reference) {
      const at = y(chart.reference.value);
      svg("line", { class: "reference", x1: left, x2: width - right, y1: at, y2: at }, root);
      svg("text", { x: width - right, y: at + 15, "text-anchor": "end" }, root).textContent = `${chart.reference.name}: ${chart.reference.value.toFixed(3)}`;
    }

    const clip = `clip-${figure.dataset.chart}`;
    svg("rect", { x: left, y: top, width: width - left - right, height: height - top - bottom }, svg("clipPath", { id: clip }, root));
    for (const line of chart.lines) {
      const path = line.steps.map((step, i) => `${i ? "L" : "M"}${x(step).toFixed(1)} ${y(line.values[i]).toFixed(1)}`).join("");
      svg("path", { class: line.look, d: path, "clip-path": `url(#${clip})` }, root);
      if (line.look === "marked" && line.steps.length <= 60)
        line.steps.forEach((step, i) => svg("circle", { class: line.look, cx: x(step), cy: y(line.values[i]), r: 2.6 }, root));
    }

    const cross = svg("g", { visibility: "hidden" }, root);
    const bar = svg("line", { class: "cross", y1: top, y2: height - bottom }, cross);
    const dots = chart.lines.map(line => svg("circle", { class: `hover ${line.look}`, r: 4.5 }, cross));
    const leave = () => { cross.setAttribute("visibility", "hidden"); readout.hidden = true; };
    root.addEventListener("pointerleave", leave);
    root.addEventListener("pointermove", event => {
      const box = root.getBoundingClientRect();
      const wanted = (event.clientX - box.left - left) / (width - left - right) * last;
      const longest = chart.lines.reduce((a, b) => a.steps.length >= b.steps.length ? a : b);
      const step = longest.steps[nearest(longest.steps, wanted)];
      bar.setAttribute("x1", x(step));
      bar.setAttribute("x2", x(step));
      cross.setAttribute("visibility", "visible");
      readout.replaceChildren();
      html("b", `step ${step.toLocaleString("en")}`, readout);
      chart.lines.forEach((line, i) => {
        const at = nearest(line.steps, step);
        dots[i].setAttribute("cx", x(line.steps[at]));
        dots[i].setAttribute("cy", y(Math.min(high, Math.max(low, line.values[at]))));
        row(line.steps[at] === step ? line.name : `${line.name} at ${line.steps[at].toLocaleString("en")}`, show(line.values[at]));
      });
      place(event.clientX, event.clientY);
    });
  };

  const charts = [...document.querySelectorAll("figure.chart")];
  for (const figure of charts) {
    const caption = figure.querySelector("figcaption"), lines = data.charts[figure.dataset.chart].lines;
    const title = caption.textContent;
    caption.replaceChildren(document.createTextNode(title));
    if (lines.length > 1) for (const line of lines) html("span", line.name, caption, `key ${line.look}`);
  }

  // Plots: one measurement against another --------------------------------------------------------

  const span = values => {
    const low = Math.min(...values), high = Math.max(...values), room = (high - low || Math.abs(high) || 1) * 0.06;
    return [low >= 0 && low < (high - low) * 0.25 ? 0 : low - room, high + room];
  };

  const plot = figure => {
    const { x: across, y: upwards, series } = data.plots[+figure.dataset.plot];
    const points = series.flatMap(s => s.points);
    if (!points.length) return;
    const width = figure.clientWidth, height = Math.max(240, Math.min(420, width * 0.5));
    const left = 52, right = 12, top = 26, bottom = 42;
    figure.querySelector("svg")?.remove();
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": figure.firstChild.firstChild.textContent }, figure);
    const [lowX, highX] = span(points.map(p => p[0])), [lowY, highY] = span(points.map(p => p[1]));
    const x = value => left + (width - left - right) * (value - lowX) / (highX - lowX);
    const y = value => top + (height - top - bottom) * (1 - (value - lowY) / (highY - lowY));

    for (const t of niceTicks(lowY, highY, 6)) {
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(t), y2: y(t) }, root);
      svg("text", { x: left - 8, y: y(t) + 4, "text-anchor": "end" }, root).textContent = tick(t);
    }
    svg("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }, root);
    for (const t of niceTicks(lowX, highX, Math.max(2, Math.round(width / 130))))
      svg("text", { x: x(t), y: height - bottom + 16, "text-anchor": "middle" }, root).textContent = tick(t);
    svg("text", { x: width - right, y: height - 6, "text-anchor": "end" }, root).textContent = across;
    svg("text", { x: 2, y: 12 }, root).textContent = upwards;

    series.forEach(s => {
      if (s.joined) svg("path", { class: `p${s.colour % 8}`, d: s.points.map((p, j) => `${j ? "L" : "M"}${x(p[0]).toFixed(1)} ${y(p[1]).toFixed(1)}`).join("") }, root);
      if (s.points.length === 1) {
        const [px, py] = [x(s.points[0][0]), y(s.points[0][1])], end = px > width * 0.75;
        svg("text", { x: px + (end ? -8 : 8), y: py + 4, "text-anchor": end ? "end" : "start" }, root).textContent = s.name;
      }
      for (const p of s.marked ? s.points : []) svg("circle", { class: `p${s.colour % 8}`, cx: x(p[0]), cy: y(p[1]), r: s.joined ? 2.4 : 3.4 }, root);
    });
    const mark = svg("circle", { class: "hover", r: 5.5, visibility: "hidden" }, root);
    root.addEventListener("pointerleave", () => { mark.setAttribute("visibility", "hidden"); readout.hidden = true; });
    root.addEventListener("pointermove", event => {
      const box = root.getBoundingClientRect(), away = p => Math.hypot(x(p[0]) - event.clientX + box.left, y(p[1]) - event.clientY + box.top);
      let best = null;
      series.forEach(s => s.points.forEach(p => { if (!best || away(p) < away(best.p)) best = { s, p }; }));
      for (const [name, value] of [["class", `hover p${best.s.colour % 8}`], ["cx", x(best.p[0])], ["cy", y(best.p[1])], ["visibility", "visible"]]) mark.setAttribute(name, value);
      readout.replaceChildren();
      html("b", best.s.name, readout);
      row(across, show(best.p[0]));
      row(upwards, show(best.p[1]));
      place(event.clientX, event.clientY);
    });
  };

  const plots = [...document.querySelectorAll("figure.plot")];
  for (const figure of plots)
    for (const s of data.plots[+figure.dataset.plot].series.filter(s => s.name)) html("span", s.name, figure.querySelector("figcaption"), `key p${s.colour % 8}`);

  let drawnAt = 0;
  const drawAll = () => {
    if (document.documentElement.clientWidth === drawnAt) return;
    drawnAt = document.documentElement.clientWidth;
    charts.forEach(draw);
    plots.forEach(plot);
  };
  drawAll();
  window.addEventListener("resize", drawAll);

  // Samples: one step at a time, chosen with the slider -------------------------------------------

  const samples = document.querySelector(".samples"), slider = document.querySelector(".slider");
  if (samples && slider) {
    const steps = [...samples.querySelectorAll(".sample")], input = slider.querySelector("input"), output = slider.querySelector("output");
    const choose = () => {
      steps.forEach((step, i) => step.classList.toggle("now", i === +input.value));
      output.textContent = steps[+input.value].dataset.step;
    };
    slider.hidden = false;
    samples.classList.add("one");
    input.addEventListener("input", choose);
    choose();
  }

  // Surprise: what was expected instead -----------------------------------------------------------

  const visible = text => text.replace(/ /g, "·").replace(/\n/g, "⏎").replace(/\t/g, "⇥");
  const percent = p => p >= 0.1 ? (100 * p).toFixed(0) + " %" : p >= 0.001 ? (100 * p).toFixed(1) + " %" : "1 in " + Math.round(1 / p).toLocaleString("en");
  const passage = document.querySelector(".surprise");
  if (passage) {
    let now = null;
    const point = event => {
      const token = event.target.closest("[data-token]");
      now?.classList.remove("now");
      now = token;
      if (!token) { readout.hidden = true; return; }
      token.classList.add("now");
      const { nats, instead } = data.surprise[+token.dataset.token];
      readout.replaceChildren();
      html("code", visible(token.textContent.replace(/⏎\n/g, "\n")), html("b", undefined, readout));
      row("probability", percent(Math.exp(-nats)));
      row("surprise", `${nats.toFixed(2)} nats`);
      if (instead.length) html("hr", undefined, readout);
      for (const [text, probability] of instead) {
        const line = html("div", undefined, readout);
        html("code", visible(text), html("span", undefined, line));
        html("span", percent(probability), line);
      }
      const box = token.getClientRects()[0];
      place(box.left, box.top);
    };
    const leave = () => { now?.classList.remove("now"); now = null; readout.hidden = true; };
    passage.addEventListener("pointerover", point);
    passage.addEventListener("click", point);
    passage.addEventListener("pointerleave", leave);
    passage.addEventListener("scroll", leave);
  }

  // Commands: copy --------------------------------------------------------------------------------

  for (const command of document.querySelectorAll(".command")) {
    const button = command.querySelector("button"), line = command.querySelector("pre");
    button.hidden = false;
    button.addEventListener("click", async () => {
      getSelection().selectAllChildren(line);
      try {
        await navigator.clipboard.writeText(line.textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }
})();
