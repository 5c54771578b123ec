/** A plot of whatever kind as a figure of the page. */
import { escapeHtml } from '../../../platform/index.js';
import type { BenchDocument, Plot } from '../../lab/document.js';
import { barsPlot } from './bars-plot.js';
import { distributionPlot } from './distribution-plot.js';
import { type Drawing, type Paper, papers, svg } from './frame.js';
import { linesPlot } from './lines-plot.js';
import { percentilesPlot } from './percentiles-plot.js';
import { timelinePlot } from './timeline-plot.js';

/** @returns undefined when there is nothing to draw */
function drawn(plot: Plot, document: BenchDocument): ((paper: Paper) => Drawing) | undefined {
  switch (plot.kind) {
    case 'percentiles':
      return percentilesPlot(plot, document);
    case 'bars':
      return barsPlot(plot);
    case 'lines':
      return linesPlot(plot);
    case 'distribution':
      return distributionPlot(plot);
    case 'timeline':
      return timelinePlot(plot, document);
  }
}

export function figure(plot: Plot, document: BenchDocument): string {
  const draw = drawn(plot, document);
  const content =
    draw === undefined
      ? '<p class="nothing">Nothing was measured for this plot.</p>'
      : papers.map((paper) => svg(paper, draw(paper), plot.title)).join('\n');
  return `<figure><figcaption>${escapeHtml(plot.title)}</figcaption>\n${content}\n</figure>`;
}
