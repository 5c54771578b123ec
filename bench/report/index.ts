/** The door of bench/report: a document as text for a terminal and as a page. */
export { documentHtml } from './html.js';
export { documentText } from './text.js';
