/** The door of bench/report: a document as text for a terminal and as a page, and read back from its file. */
export { documentHtml } from './html.js';
export { DocumentError, readDocument } from './read-document.js';
export { documentText } from './text.js';
