/** SVG as text. What is written into it is escaped here, and nowhere else. */
import { escapeHtml } from '../../../platform/index.js';

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** A tenth of a unit is finer than anybody sees. */
export function short(value: number): string {
  const text = value.toFixed(1);
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}

/** @param children elements, as this function and `textElement` make them */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escapeHtml(String(value))}"`,
    )
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

export function textElement(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeHtml(content));
}

/** What a pointer that rests on an element is told. */
export function titleElement(content: string): string {
  return element('title', {}, escapeHtml(content));
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): string {
  return element('line', { x1, y1, x2, y2, ...attributes });
}

export type Point = readonly [x: number, y: number];

/** Straight from point to point. */
export function polyline(points: readonly Point[]): string {
  return points.length === 0 ? '' : `M${points.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}`;
}
