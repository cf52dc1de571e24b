namespace FalcoStreamer.Knowledge;

/// <summary>
/// Finds what texts lie in everything that a regular expression matches: for <c>(^| )(curl|wget) .*/dev/(tcp|udp)/</c> one of <c>curl </c> and <c>wget </c>,
/// and one of <c>/dev/tcp/</c> and <c>/dev/udp/</c>.
/// </summary>
/// <remarks>Only ASCII. Whatever it does not understand makes it give up, which costs time and nothing else.</remarks>
internal static class PatternLiterals
{
    private const int ShortestText = 2;

    /// <summary>Sets of texts: of each set one text must be there. Empty where none can be told.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Of(string pattern)
    {
        // That a dot matches the end of a line too changes no text.
        var reader = new Reader(pattern.StartsWith("(?s)", StringComparison.Ordinal) ? pattern.AsSpan(4) : pattern);
        var whole = reader.Alternatives();
        return reader.IsAtEnd && !reader.GaveUp
            ? [.. whole.All().Select(set => set.Reduced()).Where(set => set.Shortest >= ShortestText).Select(set => set.Texts)]
            : [];
    }

    /// <summary>What is known of a part of the pattern.</summary>
    /// <param name="Exact">All texts that it can match; null where they are too many.</param>
    /// <param name="Required">Sets of which one text each lies in what it matches.</param>
    private readonly record struct Part(TextSet? Exact, IReadOnlyList<TextSet> Required)
    {
        public static Part Anything { get; } = new(null, []);

        public IReadOnlyList<TextSet> All() => Exact is { } exact ? [exact, .. Required] : Required;

        /// <summary>The one set that says most; null where there is none.</summary>
        public TextSet? Best() => All().Count == 0 ? null : All().MaxBy(set => (set.Reduced().Shortest, -set.Texts.Count));
    }

    private ref struct Reader(ReadOnlySpan<char> pattern)
    {
        private const int MostMembers = 8;

        private readonly ReadOnlySpan<char> _pattern = pattern;
        private int _position;

        public bool GaveUp { get; private set; }

        public readonly bool IsAtEnd => _position >= _pattern.Length;

        public Part Alternatives()
        {
            var parts = new List<Part> { Sequence() };
            while (!GaveUp && !IsAtEnd && _pattern[_position] == '|')
            {
                _position++;
                parts.Add(Sequence());
            }

            if (parts.Count == 1)
            {
                return parts[0];
            }

            if (parts.TrueForAll(part => part.Exact is not null) && TextSet.OneOf(parts.SelectMany(part => part.Exact!.Texts)) is { } exact)
            {
                return new Part(exact, []);
            }

            var best = parts.Select(part => part.Best()).ToList();
            return !best.Contains(null) && TextSet.OneOf(best.SelectMany(set => set!.Reduced().Texts)) is { } either ? new Part(null, [either]) : Part.Anything;
        }

        /// <summary>One alternative: runs of texts, with what can be anything between them.</summary>
        private Part Sequence()
        {
            var required = new List<TextSet>();
            var run = TextSet.Empty;
            var isExact = true;
            while (!GaveUp && !IsAtEnd && _pattern[_position] is not ('|' or ')'))
            {
                var part = Item();
                var (isOptional, isRepeated) = Quantifier();
                var exact = isRepeated && isOptional ? null : isOptional ? part.Exact?.OrNothing() : part.Exact;
                var longer = exact is null ? null : run.Then(exact);
                if (longer is not null && !isRepeated)
                {
                    // Behind what can be anything it does not matter how a text begins; until then another part may stand right before it.
                    run = isExact ? longer : longer.WithoutLongerStarts();
                    continue;
                }

                isExact = false;
                required.Add(longer ?? run);
                required.AddRange(isOptional ? [] : part.Required);
                // Where it is repeated, what follows stands behind the last one.
                run = exact ?? TextSet.Empty;
            }

            required.Add(run);
            return isExact ? new Part(run, []) : new Part(null, required);
        }

        /// <summary>Reads one character, class, group or anchor.</summary>
        private Part Item()
        {
            var character = _pattern[_position++];
            switch (character)
            {
                case '(':
                    return Group();
                case '[':
                    return Class();
                case '\\':
                    return Escaped();
                case '^' or '$':
                    return new Part(TextSet.Empty, []);
                case '.':
                    return Part.Anything;
                default:
                    return Literal(character);
            }
        }

        private static Part Literal(char character) => char.IsAscii(character) ? new Part(TextSet.Of(character.ToString()), []) : Part.Anything;

        private Part Group()
        {
            if (!IsAtEnd && _pattern[_position] == '?')
            {
                // Options, names and look-around change the meaning of what follows.
                GaveUp |= !_pattern[_position..].StartsWith("?:");
                _position += 2;
            }

            var inner = GaveUp ? Part.Anything : Alternatives();
            GaveUp |= IsAtEnd || _pattern[_position] != ')';
            _position++;
            return inner;
        }

        private Part Class()
        {
            var isNegative = !IsAtEnd && _pattern[_position] == '^';
            _position += isNegative ? 1 : 0;
            var members = new List<string>();
            var isSimple = !isNegative;
            // A closing bracket that stands first is a member.
            for (var isFirst = true; !IsAtEnd && (isFirst || _pattern[_position] != ']'); isFirst = false)
            {
                var character = _pattern[_position];
                GaveUp |= character == '[' || (character == '-' && _position + 1 < _pattern.Length && _pattern[_position + 1] == '[');
                if (character == '\\')
                {
                    _position++;
                    isSimple &= !IsAtEnd && !char.IsAsciiLetterOrDigit(_pattern[_position]);
                    character = IsAtEnd ? character : _pattern[_position];
                }

                // A range, unless the hyphen stands first or last.
                isSimple &= char.IsAscii(character) && !(character == '-' && members.Count > 0 && _position + 1 < _pattern.Length && _pattern[_position + 1] != ']');
                members.Add(character.ToString());
                _position++;
            }

            GaveUp |= IsAtEnd;
            _position++;
            return isSimple && members.Count <= MostMembers && TextSet.OneOf(members) is { } set ? new Part(set, []) : Part.Anything;
        }

        private Part Escaped()
        {
            if (IsAtEnd)
            {
                GaveUp = true;
                return Part.Anything;
            }

            var character = _pattern[_position++];
            switch (character)
            {
                case 'b' or 'B' or 'A' or 'z' or 'Z':
                    return new Part(TextSet.Empty, []);
                case 'd' or 'D' or 'w' or 'W' or 's' or 'S':
                    return Part.Anything;
                case 't' or 'n' or 'r':
                    return Literal(character switch { 't' => '\t', 'n' => '\n', _ => '\r' });
                default:
                    GaveUp |= char.IsAsciiLetterOrDigit(character);
                    return Literal(character);
            }
        }

        /// <summary>Whether the item before it may be missing, and whether it may be there several times.</summary>
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
            return (isOptional, character != '?');
        }
    }
}
