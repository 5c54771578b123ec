/** The door of bench/compare. */
export { type ComparedMetric, type Comparison, compareDocuments } from './compare-documents.js';
export { comparisonText } from './comparison-text.js';
export { type CompareOptions, type CompareOutcome, runCompare } from './run-compare.js';
