using System.Text;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Finds the texts of which one lies in everything that a regular expression matches: <c>curl</c> and <c>wget</c> for <c>(^| )(curl|wget)( |$)</c>.
/// </summary>
/// <remarks>Whatever it does not understand makes it give up, which costs time and nothing else.</remarks>
internal static class PatternLiterals
{
    /// <summary>Those texts; null where none can be told.</summary>
    public static IReadOnlyList<string>? Of(string pattern)
    {
        var reader = new Reader(pattern);
        var literals = reader.Alternatives();
        return reader.IsAtEnd && !reader.GaveUp ? literals : null;
    }

    private ref struct Reader(ReadOnlySpan<char> pattern)
    {
        private readonly ReadOnlySpan<char> _pattern = pattern;
        private int _position;

        public bool GaveUp { get; private set; }

        public readonly bool IsAtEnd => _position >= _pattern.Length;

        public List<string>? Alternatives()
        {
            var all = new List<string>();
            var isKnown = true;
            while (!GaveUp)
            {
                if (Sequence() is { } one)
                {
                    all.AddRange(one);
                }
                else
                {
                    isKnown = false;
                }

                if (IsAtEnd || _pattern[_position] != '|')
                {
                    break;
                }

                _position++;
            }

            return isKnown && !GaveUp ? all : null;
        }

        /// <summary>One alternative: the most telling of its parts.</summary>
        private List<string>? Sequence()
        {
            List<string>? best = null;
            var run = new StringBuilder();
            while (!GaveUp && !IsAtEnd && _pattern[_position] is not ('|' or ')'))
            {
                var literal = Item(out var inner);
                var (isOptional, isRepeated) = Quantifier();
                if (literal is { } character && !isOptional)
                {
                    run.Append(character);
                    if (!isRepeated)
                    {
                        continue;
                    }
                }
                else if (!isOptional)
                {
                    best = Better(best, inner);
                }

                best = Better(best, Take(run));
            }

            return Better(best, Take(run));
        }

        /// <summary>Reads one character, class, group or anchor; gives the character where it is one that stands for itself.</summary>
        private char? Item(out List<string>? inner)
        {
            inner = null;
            var character = _pattern[_position++];
            switch (character)
            {
                case '(':
                    inner = Group();
                    return null;
                case '[':
                    SkipClass();
                    return null;
                case '\\':
                    return Escaped();
                case '.' or '^' or '$':
                    return null;
                default:
                    return char.IsAscii(character) ? character : null;
            }
        }

        private List<string>? Group()
        {
            if (!IsAtEnd && _pattern[_position] == '?')
            {
                // Options, names and look-around change the meaning of what follows.
                GaveUp = !_pattern[_position..].StartsWith("?:");
                _position += 2;
            }

            var inner = GaveUp ? null : Alternatives();
            GaveUp |= IsAtEnd || _pattern[_position] != ')';
            _position++;
            return inner;
        }

        private void SkipClass()
        {
            _position += !IsAtEnd && _pattern[_position] == '^' ? 1 : 0;
            // A closing bracket that stands first is a member.
            _position += !IsAtEnd && _pattern[_position] == ']' ? 1 : 0;
            while (!IsAtEnd && _pattern[_position] != ']')
            {
                GaveUp |= _pattern[_position] == '[';
                _position += _pattern[_position] == '\\' ? 2 : 1;
            }

            GaveUp |= IsAtEnd;
            _position++;
        }

        private char? Escaped()
        {
            if (IsAtEnd)
            {
                GaveUp = true;
                return null;
            }

            var character = _pattern[_position++];
            if (char.IsAscii(character) && !char.IsAsciiLetterOrDigit(character))
            {
                return character;
            }

            GaveUp |= !"dDwWsSbBAzZtnr".Contains(character);
            return null;
        }

        private (bool IsOptional, bool IsRepeated) Quantifier()
        {
            if (IsAtEnd || _pattern[_position] is not ('*' or '+' or '?' or '{'))
            {
                return (false, false);
            }

            var character = _pattern[_position];
            var isOptional = character is '*' or '?';
            if (character == '{')
            {
                var length = _pattern[_position..].IndexOf('}');
                if (length < 2 || !char.IsAsciiDigit(_pattern[_position + 1]))
                {
                    // A brace that stands for itself.
                    return (false, false);
                }

                isOptional = _pattern[_position + 1] == '0';
                _position += length;
            }

            _position++;
            _position += !IsAtEnd && _pattern[_position] == '?' ? 1 : 0;
            return (isOptional, true);
        }

        private static List<string>? Take(StringBuilder run)
        {
            if (run.Length == 0)
            {
                return null;
            }

            var text = run.ToString();
            run.Clear();
            return [text];
        }

        private static List<string>? Better(List<string>? one, List<string>? other) =>
            one is null ? other : other is null ? one : Shortest(other) > Shortest(one) ? other : one;

        private static int Shortest(List<string> texts) => texts.Min(text => text.Length);
    }
}
