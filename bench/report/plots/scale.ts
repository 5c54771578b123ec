/** From values to places on paper, and the round values that are marked. */

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Scale {
  readonly kind: 'linear' | 'logarithmic';
  readonly domain: Span;
  /** Where a value stands; one outside the domain stands at its edge. */
  readonly at: (value: number) => number;
  /** Ascending, all within the domain. */
  readonly ticks: readonly number[];
}

/** 1, 2 or 5 times a power of ten: the smallest that is not below `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  // Powers of ten are not exact: what is as good as 10 is 10.
  const factor = [1, 2, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Multiples of a nice step, written so that 0.1 + 0.2 is 0.3. */
export function linearTicks({ from, to }: Span, atMost: number): readonly number[] {
  const step = niceStep((to - from) / Math.max(1, atMost));
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

const clamp = (value: number, { from, to }: Span): number => Math.min(to, Math.max(from, value));

/** One value alone, or several that no axis could tell apart, still want an axis. */
function widened({ from, to }: Span): Span {
  const size = Math.max(Math.abs(from), Math.abs(to));
  if (to - from > 1e-9 * Math.max(1e-6, size)) return { from, to };
  return { from, to: from + (size > 1e-6 ? size : 1) };
}

/** @param wanted the values to show; the domain begins and ends with a tick unless `tight` */
export function linearScale(
  wanted: Span,
  paper: Span,
  { ticks: atMost, tight = false }: { readonly ticks: number; readonly tight?: boolean },
): Scale {
  const span = widened(wanted);
  const step = niceStep((span.to - span.from) / Math.max(1, atMost));
  const domain = tight
    ? span
    : {
        from: Number((Math.floor(span.from / step + 1e-9) * step).toPrecision(12)),
        to: Number((Math.ceil(span.to / step - 1e-9) * step).toPrecision(12)),
      };
  return {
    kind: 'linear',
    domain,
    at: (value) =>
      paper.from +
      ((clamp(value, domain) - domain.from) / (domain.to - domain.from)) * (paper.to - paper.from),
    ticks: linearTicks(domain, tight ? atMost : (domain.to - domain.from) / step),
  };
}

/** The decades, and as many between them as there is room for. */
export function logarithmicTicks({ from, to }: Span, atMost: number): readonly number[] {
  const first = Math.floor(Math.log10(from) + 1e-9);
  const last = Math.ceil(Math.log10(to) - 1e-9);
  const within = (factors: readonly number[], everyDecade = 1): readonly number[] =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index)
      .filter((power) => power % everyDecade === 0)
      .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(12))))
      .filter((tick) => tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9));
  const candidates = [
    within([1, 2, 5]),
    within([1, 3]),
    within([1]),
    within([1], 2),
    within([1], 3),
    within([1], 5),
  ];
  return candidates.find((ticks) => ticks.length <= atMost) ?? candidates.at(-1)!;
}

/** The largest of 1, 2 and 5 times a power of ten that is not above it. */
function niceBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const factor = [5, 2, 1].find((each) => each * power <= value * (1 + 1e-9)) ?? 1;
  return Number((factor * power).toPrecision(12));
}

/** @param wanted both above zero */
export function logarithmicScale(
  wanted: Span,
  paper: Span,
  { ticks: atMost, tight = false }: { readonly ticks: number; readonly tight?: boolean },
): Scale {
  const from = tight ? wanted.from : niceBelow(wanted.from);
  const top = Number(niceStep(wanted.to).toPrecision(12));
  const to = tight ? wanted.to : top;
  const domain = to > from ? { from, to } : { from: from / 2, to: from * 2 };
  const width = Math.log10(domain.to / domain.from);
  return {
    kind: 'logarithmic',
    domain,
    at: (value) =>
      paper.from + (Math.log10(clamp(value, domain) / domain.from) / width) * (paper.to - paper.from),
    ticks: logarithmicTicks(domain, atMost),
  };
}

/** A logarithmic scale cannot show zero: values that hold one, or less, are shown on a linear one. */
export function scaleFor(
  kind: 'linear' | 'logarithmic',
  values: readonly number[],
  paper: Span,
  options: { readonly ticks: number; readonly tight?: boolean; readonly fromZero?: boolean },
): Scale {
  const least = minimum(values);
  const most = maximum(values);
  if (kind === 'logarithmic' && least > 0) return logarithmicScale({ from: least, to: most }, paper, options);
  const { fromZero = true } = options;
  return linearScale(
    { from: fromZero ? Math.min(0, least) : least, to: fromZero ? Math.max(0, most) : most },
    paper,
    options,
  );
}

/** Without spreading: timelines have more points than a call takes arguments. Of nothing: 0. */
export function minimum(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((least, value) => Math.min(least, value));
}

export function maximum(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((most, value) => Math.max(most, value));
}

/** One scale cannot show both ends of such values unless it is logarithmic. */
export function spreadsWidely(values: readonly number[], factor = 25): boolean {
  const least = minimum(values);
  return least > 0 && maximum(values) / least > factor;
}
