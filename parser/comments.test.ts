import { describe, expect, it } from 'vitest';
import { codeOnly, readComments } from './comments';

const text = 'a(); /* b("x"); */ c("// d", \'"\'); // e();\nf("/*");\r\n/* open';

describe('readComments', () => {
  it('finds comments of both kinds, not those in literals', () => {
    expect(readComments(text).map(({ start, end }) => text.slice(start, end))).toEqual(['/* b("x"); */', '// e();', '/* open']);
  });
});

describe('codeOnly', () => {
  it('leaves the code where it is', () => {
    const code = codeOnly(text);
    expect(code).toHaveLength(text.length);
    expect(code.replace(/ +/g, ' ')).toBe('a(); c( , ); \nf( );\r\n ');
    for (const call of ['a(', 'c(', 'f(']) expect(code.indexOf(call)).toBe(text.indexOf(call));
  });
});
