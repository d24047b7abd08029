import { expect, test } from 'vitest';
import { zoomed } from './look';

test('sizes go up and down in steps, and no further', () => {
  expect(zoomed(1, 1)).toBe(1.25);
  expect(zoomed(1, -1)).toBe(0.8);
  expect(zoomed(2, 1)).toBe(2);
  expect(zoomed(0.5, -1)).toBe(0.5);
  expect(zoomed(0.9, 1)).toBe(1);
});
