import { spinner } from '@clack/prompts';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test, vi, onTestFinished } from 'vitest';
import { progressLine } from '../../src/cli/progress-line.ts';

const LONG = 'Reading account 111122223333, Region ap-northeast-2';

describe('a line of progress', () => {
  test.each([20, 40, 50, 53, 57])('of %i columns never wraps, whatever frame is drawn', (columns) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const frames: string[] = [];
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        frames.push(chunk.toString());
        done();
      },
    });
    const view = spinner({ output });
    view.start(progressLine(LONG, columns));
    vi.advanceTimersByTime(8000);
    view.clear();
    const widths = frames.flatMap((frame) =>
      stripVTControlCharacters(frame)
        .split(/[\r\n]/)
        .map((line) => line.length),
    );
    expect(frames.join('')).toContain(LONG.slice(0, 12));
    expect(frames.join('')).toContain('…...');
    expect(Math.max(...widths)).toBeLessThan(columns);
  });

  test('is whole where it fits, and where the terminal does not tell its width', () => {
    expect(progressLine(LONG, 80)).toBe(LONG);
    expect(progressLine(LONG, 0)).toBe(LONG);
  });
});
