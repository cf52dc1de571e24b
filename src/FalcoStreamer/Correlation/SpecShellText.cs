using System.Buffers;
using System.Text;

namespace FalcoStreamer.Correlation;

/// <summary>One command of a shell's text, as the shell starts it.</summary>
/// <param name="Words">Its words without quotes and redirections.</param>
/// <param name="IsAlone">True when the text is this command and nothing else.</param>
/// <param name="Replaces">True when the shell may run it in its own place: behind <c>exec</c>, or as the last command of a list.</param>
internal readonly record struct SpecShellCommand(string[] Words, bool IsAlone, bool Replaces);

/// <summary>
/// Takes a shell's text apart into the commands whose words are certain: those with variables that the specification does not give, with
/// substitutions or patterns are left out, because what they become cannot be known.
/// </summary>
/// <remarks>
/// No shell: what it does not understand it leaves out, so that it can miss a command but never makes one up that the text does not hold.
/// Linear in the text, of which it reads 16 KiB and 64 commands at most.
/// </remarks>
internal sealed class SpecShellText
{
    private const int MostCharacters = 16 * 1024;
    private const int MostCommands = 64;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    // A value with one of these does not stay one word when it is not quoted.
    private static readonly SearchValues<char> Splitting = SearchValues.Create(" \t\n*?[");

    private static readonly HashSet<string> Openers =
        new(["if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "command", "fi", "done", "esac", "}"], StringComparer.Ordinal);

    private static readonly HashSet<string> WithoutCommand = new(["for", "case", "select", "function", "in"], StringComparer.Ordinal);

    private readonly string _text;
    private readonly IReadOnlyDictionary<string, string> _variables;
    private readonly List<SpecShellCommand> _commands = [];
    private readonly List<string> _words = [];
    private readonly StringBuilder _word = new();
    private int _position;
    private int _ended;
    private bool _hasWord;
    private bool _isCertain = true;
    private bool _skipsWord;
    private bool _isCompound;
    private char _separatorBefore = ';';

    private SpecShellText(string text, IReadOnlyDictionary<string, string> variables)
    {
        _text = text;
        _variables = variables;
    }

    /// <summary>The commands in the order of the text.</summary>
    public static IReadOnlyList<SpecShellCommand> Split(string text, IReadOnlyDictionary<string, string> variables) =>
        text.Length > MostCharacters ? [] : new SpecShellText(text, variables).Split();

    private List<SpecShellCommand> Split()
    {
        while (_position < _text.Length && _commands.Count < MostCommands)
        {
            if (!ReadNext(_text[_position++]))
            {
                // What follows is a document for a command's input.
                return _commands;
            }
        }

        EndCommand('\0');
        if (_commands.Count == 1 && _ended == 1 && !_isCompound)
        {
            _commands[0] = _commands[0] with { IsAlone = true };
        }

        return _commands;
    }

    private bool ReadNext(char next)
    {
        switch (next)
        {
            case ' ' or '\t' or '\r':
                EndWord();
                return true;
            case '\n' or ';' or '|' or '&':
                EndCommand(next);
                return true;
            case '(' or ')':
                _isCompound = true;
                EndCommand(next);
                return true;
            case '<' or '>':
                return ReadRedirection(next);
            case '#' when !_hasWord:
                SkipTo('\n');
                return true;
            case '\'':
                ReadQuoted();
                return true;
            case '"':
                ReadDoubleQuoted();
                return true;
            case '\\':
                ReadEscaped();
                return true;
            case '$' or '`':
                ReadSubstitution(next, isQuoted: false);
                return true;
            default:
                Append(next);
                // Patterns become the names of files, a brace may become several words, a tilde somebody's home.
                _isCertain &= next is not ('*' or '?' or '[') && !(next == '~' && _word.Length == 1) && !(next == '{' && !IsAt(' ') && !IsAt('}'));
                return true;
        }
    }

    private bool IsAt(char expected) => _position < _text.Length && _text[_position] == expected;

    private void Append(char character)
    {
        _hasWord = true;
        _word.Append(character);
    }

    private void SkipTo(char end)
    {
        var found = _text.IndexOf(end, _position);
        _position = found < 0 ? _text.Length : found;
    }

    private void ReadQuoted()
    {
        var start = _position;
        SkipTo('\'');
        _hasWord = true;
        _word.Append(_text, start, _position - start);
        _position++;
    }

    private void ReadEscaped()
    {
        if (_position < _text.Length && _text[_position++] is var escaped and not '\n')
        {
            Append(escaped);
        }
    }

    private void ReadDoubleQuoted()
    {
        _hasWord = true;
        while (_position < _text.Length && _text[_position++] is var next and not '"')
        {
            switch (next)
            {
                case '$' or '`':
                    ReadSubstitution(next, isQuoted: true);
                    break;
                case '\\' when IsAt('"') || IsAt('\\') || IsAt('$') || IsAt('`'):
                    Append(_text[_position++]);
                    break;
                default:
                    Append(next);
                    break;
            }
        }
    }

    private void ReadSubstitution(char mark, bool isQuoted)
    {
        _hasWord = true;
        if (mark == '`')
        {
            SkipTo('`');
            _position++;
            _isCertain = false;
            return;
        }

        if (IsAt('('))
        {
            SkipParentheses();
            _isCertain = false;
            return;
        }

        var isBraced = IsAt('{');
        var start = isBraced ? _position + 1 : _position;
        var end = start;
        while (end < _text.Length && NameCharacters.Contains(_text[end]))
        {
            end++;
        }

        if (end > start
            && (!isBraced || (end < _text.Length && _text[end] == '}'))
            && _variables.TryGetValue(_text[start..end], out var value)
            && (isQuoted || !value.AsSpan().ContainsAny(Splitting)))
        {
            _word.Append(value);
        }
        else
        {
            _isCertain = false;
        }

        _position = Math.Max(_position, isBraced ? end + 1 : end);
    }

    private void SkipParentheses()
    {
        var depth = 0;
        while (_position < _text.Length)
        {
            depth += _text[_position++] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0)
            {
                return;
            }
        }
    }

    /// <summary>False for a here document, whose end is not looked for.</summary>
    private bool ReadRedirection(char mark)
    {
        if (_word.Length > 0 && _isCertain && IsDigits())
        {
            // The number of the descriptor is no word.
            _word.Clear();
            _hasWord = false;
        }

        EndWord();
        if (mark == '<' && IsAt('<'))
        {
            return false;
        }

        while (IsAt('>') || IsAt('&') || IsAt('|'))
        {
            _position++;
        }

        _skipsWord = true;
        return true;
    }

    private bool IsDigits()
    {
        for (var i = 0; i < _word.Length; i++)
        {
            if (!char.IsAsciiDigit(_word[i]))
            {
                return false;
            }
        }

        return true;
    }

    private void EndWord()
    {
        if (!_hasWord)
        {
            return;
        }

        if (!_skipsWord)
        {
            _words.Add(_isCertain ? _word.ToString() : "\0");
        }

        _skipsWord = false;
        _isCertain = true;
        _hasWord = false;
        _word.Clear();
    }

    private void EndCommand(char separator)
    {
        EndWord();
        _skipsWord = false;
        var isExec = StripWords();
        if (_words.Count > 0)
        {
            _ended++;
            if (!_words.Contains("\0") && !WithoutCommand.Contains(_words[0]))
            {
                var isInPipe = separator == '|' && !IsAt('|');
                var isLast = separator == '\0' && _separatorBefore != '|' && !_isCompound;
                _commands.Add(new SpecShellCommand([.. _words], IsAlone: false, isLast || (isExec && !isInPipe)));
            }

            _isCompound |= WithoutCommand.Contains(_words[0]);
            _words.Clear();
        }

        if (separator is '|' or '&' && IsAt(separator))
        {
            _position++;
            separator = ';';
        }

        _separatorBefore = separator;
        _isCompound |= separator == '&';
    }

    /// <summary>Takes off what stands before a command's own words; true when that was <c>exec</c>.</summary>
    private bool StripWords()
    {
        var isExec = false;
        var count = 0;
        for (; count < _words.Count; count++)
        {
            var word = _words[count];
            if (word == "exec")
            {
                isExec = true;
            }
            else if (Openers.Contains(word))
            {
                _isCompound |= word != "command";
            }
            else if (!IsAssignment(word))
            {
                break;
            }
        }

        _words.RemoveRange(0, count);
        return isExec;
    }

    private static bool IsAssignment(string word)
    {
        var sign = word.IndexOf('=', StringComparison.Ordinal);
        return sign > 0 && !char.IsAsciiDigit(word[0]) && !word.AsSpan(0, sign).ContainsAnyExcept(NameCharacters);
    }
}
