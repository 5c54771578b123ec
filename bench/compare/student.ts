/**
 * Student's t distribution, for which a handful of rounds is enough. With t = √ν · cot φ its tail beyond t is the
 * integral of sin^(ν−1) from 0 to φ, so that one smooth function on a short interval is all there is to add up.
 */

const steps = 200;

/** Simpson's rule. The powers of a sine rise from 0, so the small tails keep their digits. */
function integral(power: number, to: number): number {
  const width = to / steps;
  let sum = 0;
  for (let step = 0; step <= steps; step += 1) {
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * Math.sin(step * width) ** power;
  }
  return (sum * width) / 3;
}

/** How likely chance alone brings a |t| so large or larger. @param freedom degrees of freedom, at least 2 */
export function twoSidedProbability(t: number, freedom: number): number {
  const angle = Math.atan2(Math.sqrt(freedom), Math.abs(t));
  return Math.min(1, integral(freedom - 1, angle) / integral(freedom - 1, Math.PI / 2));
}

/** The |t| that chance alone exceeds with this probability. */
export function twoSidedQuantile(probability: number, freedom: number): number {
  const wanted = probability * integral(freedom - 1, Math.PI / 2);
  let angle = Math.PI / 2;
  // The tail is nearly a power of its angle: Newton's method on the logarithms of both has little left to do.
  for (let round = 0; round < 50; round += 1) {
    const found = integral(freedom - 1, angle);
    const slope = (angle * Math.sin(angle) ** (freedom - 1)) / found;
    const change = Math.log(wanted / found) / slope;
    angle = Math.min(Math.PI / 2, angle * Math.exp(change));
    if (Math.abs(change) < 1e-9) break;
  }
  return Math.sqrt(freedom) / Math.tan(angle);
}
