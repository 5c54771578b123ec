/**
 * The door of bench/report: a document as text for a terminal and as a page, read back from its file, and figures as
 * both write them.
 */
export { documentHtml } from './html.js';
export { quantity } from './numbers.js';
export { DocumentError, readDocument } from './read-document.js';
export { documentText } from './text.js';
