"""Hard CSV files through `counterpart convert --format json`, against a strict model of the format.

    python3 Benchmarks/Fuzz/hard_files.py [.build/release/counterpart] [--keep FOLDER]

Nothing may be silently wrong: the table comes out text by text, or the refusal names its code, line and column. The model
below is the definition (RFC 4180 and the manual's "Reading files"), written without a look at the reader; where a case has
an answer of its own, it stands beside the case. Every case that can be is also run with rows before it, so that it lies
across the border of a block (256 kB), on one thread and on two. Needs Python 3 alone; zstd cases need the `zstd` program.
"""
import argparse, gzip, json, os, random, shutil, subprocess, sys, tempfile

BLOCK = 256 << 10
CANDIDATES = [b",", b";", b"\t", b"|"]


class Refused(Exception):
    """Code, line and number of the column, counted from 1; None where the refusal has none."""

    def __init__(self, code, line=None, column=None):
        self.answer = (code, line, column)


# ---------------------------------------------------------------- the model


def field_at(text, i, separator, end, line):
    """The field that begins at i: its bytes, the place behind it, the line there, and its fault."""
    fault, value = None, bytearray()
    quoted = text[i : i + 1] == b'"'
    if quoted:
        i += 1
        while True:
            if i >= len(text):
                raise Refused("E104", None)
            if text[i : i + 2] == b'""':
                value += b'"'
                i += 2
            elif text[i] == 0x22:
                i += 1
                break
            else:
                line += text[i : i + 1] == end
                value.append(text[i])
                i += 1
    while i < len(text) and text[i : i + 1] not in (separator, end):
        byte, pair = text[i : i + 1], text[i : i + 2]
        is_end = byte == b"\r" and end == b"\n" and (pair == b"\r\n" or i + 1 == len(text))
        if is_end:
            i += 1
            continue
        if fault is None and byte in b"\r\n":
            fault = "E106"
        elif fault is None and quoted:
            fault = "E105"
        value.append(text[i])
        i += 1
    return bytes(value), i, line, fault


def records(text, separator, end, line):
    """Each record that is not blank: its line, its fields and its first fault with the column's number."""
    i = 0
    while i < len(text):
        first, fields, fault, start = line, [], None, i
        while True:
            opened = line
            try:
                value, i, line, found = field_at(text, i, separator, end, line)
            except Refused:
                raise Refused("E104", opened, len(fields) + 1)
            fields.append(value)
            if found and not fault:
                fault = (found, len(fields))
            if i >= len(text) or text[i : i + 1] == end:
                break
            i += 1
            if i == len(text):
                fields.append(b"")
                break
        raw = text[start:i]
        i, line = i + 1, line + 1
        if raw in (b"", b"\r"):
            continue
        column = 1
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as bad:
            fault = ("E107", column_of(raw, bad.start, separator, end))
        yield first, fields, fault


def column_of(raw, place, separator, end):
    """The number of the field in which a byte of a record stands."""
    i, column = 0, 1
    while True:
        try:
            _, i, _, _ = field_at(raw, i, separator, end, 0)
        except Refused:
            return column
        if place < i or i >= len(raw):
            return column
        i, column = i + 1, column + 1


def line_end_of(text):
    """CR where the first line end outside quotes is a CR alone, else LF."""
    inside, starts = False, True
    for i, byte in enumerate(text):
        c = bytes([byte])
        if inside:
            inside = c != b'"'
            starts = False
            continue
        if c == b"\n":
            return b"\n"
        if c == b"\r":
            return b"\n" if text[i + 1 : i + 2] in (b"\n", b"") else b"\r"
        if c == b'"' and (starts or text[i - 1 : i] == b'"'):
            inside = True
        starts = c in b",;\t|"
    return b"\n"


def widths(text, separator, end):
    found = []
    try:
        for _, fields, _ in records(text, separator, end, 1):
            found.append(len(fields))
    except Refused:
        pass
    return found


def separator_of(text, end):
    shares = []
    for candidate in CANDIDATES:
        w = widths(text, candidate, end)
        if w and w[0] >= 2:
            shares.append((sum(x == w[0] for x in w) / len(w), candidate))
    if not shares:
        return b","
    best = max(s for s, _ in shares)
    fits = [c for s, c in shares if s == best]
    if len(fits) > 1:
        raise Refused("E103")
    return fits[0]


def model(data, delimiter=None, encoding=None):
    """The table as (columns, rows), or raises `Refused`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16").encode()
    elif data.startswith(b"\xef\xbb\xbf"):
        text = data[3:]
    elif encoding:
        text = data.decode(encoding).encode()
    else:
        text = data
    line = 1
    while True:
        at = min((text.find(c) for c in (b"\n", b"\r") if c in text), default=len(text))
        if text[:at].strip(b" \t"):
            break
        if at == len(text):
            raise Refused("E109")
        at += 2 if text[at : at + 2] == b"\r\n" else 1
        text, line = text[at:], line + 1
    end = line_end_of(text)
    separator = delimiter or separator_of(text, end)
    found = records(text, separator, end, line)
    line, columns, fault = next(found)
    if fault:
        raise Refused(fault[0], line, fault[1])
    rows = []
    for line, fields, fault in found:
        if fault:
            raise Refused(fault[0], line, fault[1])
        if len(fields) != len(columns):
            raise Refused("E110", line, min(len(fields), len(columns)) + 1)
        rows.append([f.decode() for f in fields])
    return [c.decode() for c in columns], rows


# ---------------------------------------------------------------- the cases


class Case:
    """Bytes in three parts: what stands before the rows, rows that may be pushed across a border, and options."""

    def __init__(self, name, head, body=b"", options=(), want=None, pads=True, **model_options):
        self.name, self.head, self.body, self.options = name, head, body, list(options)
        self.want, self.pads, self.model_options = want, pads and body != b"", model_options


def cases():
    # Rows with a hard field, in every place of a row, under every line end and separator.
    fields = {
        "separator in quotes": b'"a,b;c|d\te"', "doubled quotes": b'"say ""hi"""', "only quotes": b'""""',
        "LF in quotes": b'"a\nb"', "CRLF in quotes": b'"a\r\nb"', "CR in quotes": b'"a\rb"',
        "blank lines in quotes": b'"a\n\n\r\n\r\rb"', "empty in quotes": b'""', "quote mid-field": b'a"b',
        "quotes mid-field": b'5" x 7"', "blank before quote": b' "a"', "text after quote": b'"a"b',
        "blank after quote": b'"a" ', "CR after quote": b'"a"\rb', "two quoted": b'"a""b" "c"', "backslash": b'"a\\"b"',
        "lone CR": b"a\rb", "NUL": b"a\0b", "U+2028": "a\u2028b".encode(), "U+0085": "a\u0085b".encode(),
        "VT and FF": b"\x0b\x0c", "Ctrl-Z": b"\x1a", "zero width": "a\u200bb\u200d\ufeff".encode(),
        "overlong": b"\xc0\xaf", "surrogate": b"\xed\xa0\x80", "beyond Unicode": b"\xf4\x90\x80\x80",
        "cut letter": b"\xe2\x82", "lone continuation": b"\x80", "Windows-1252": b"caf\xe9", "bad byte in quotes": b'"\xff"',
        "excel text": b'="00123"', "leading zeros": b"00123", "20 digits": b"12345678901234567890", "exponent": b"1E5",
        "infinity": b"inf", "nan": b"NaN", "NA": b"NA", "null": b"null", "hex": b"0x1F", "date": b"01/02/2018",
        "blanks": b"  ", "no-break space": "\u00a0x\u00a0".encode(), "emoji": "\U0001f600".encode(), "comment": b"# x",
        "apostrophe": b"'a'", "curly quotes": "“a”".encode(), "percent": b"67%", "formula": b"=1+1", "minus": "−3".encode(),
        "escapes": b"\\n\\t\\u0041", "combining": "e\u0301".encode(), "DEL and ESC": b"\x7f\x1b[0m",
    }
    ends = {"LF": b"\n", "CRLF": b"\r\n", "CR": b"\r"}
    for name, text in fields.items():
        for e, end in ends.items():
            for at, place in enumerate(("first", "middle", "last")):
                row = [b"1", b"2", b"3"]
                row[at] = text
                rows = [b"x,y,z", b",".join(row), b"p,q,r"]
                yield Case(f"{name}, {place}, {e}", b"a,b,c" + end, end.join(rows) + end, ["--delimiter", ","], delimiter=b",")
    for sep in CANDIDATES:
        for closed in (True, False):
            for e, end in ends.items():
                rows = [b"a b" + sep + b'"x' + sep + b'""y"' + sep + b"1", b"2" + sep + sep, sep + sep + b'"z"']
                yield Case(
                    f"separator {sep}, {e}, closed {closed}", sep.join([b"k", b'"h\r\nh"', b"v"]) + end,
                    end.join(rows) + (end if closed else b""))
    # Lines and widths.
    H = b"a,b,c\n"
    lines = {
        "short row": b"1,2,3\n1,2\n4,5,6\n", "long row": b"1,2,3\n1,2,3,4\n", "one field": b"1,2,3\nTotal\n",
        "trailing separator": b"1,2,3,\n", "blank in the middle": b"1,2,3\n\n\n4,5,6\n", "blank at the end": b"1,2,3\n\n\n",
        "blanks alone on a line": b"1,2,3\n  \n4,5,6\n", "separators alone": b",,\n1,2,3\n", "quoted blank line": b'""\n',
        "CRLF among LF": b"1,2,3\r\n4,5,6\n7,8,9\r\n", "CR among LF": b"1,2,3\r4,5,6\n", "CR CR LF": b"1,2,3\r\r\n4,5,6\n",
        "LF CR": b"1,2,3\n\r4,5,6\n\r", "no line end": b"1,2,3", "ends in a separator": b"1,2,", "ends in CR": b"1,2,3\r",
        "open quote": b'1,2,3\n1,"2,3\n4,5,6\n', "open quote at the end": b'1,2,3\n1,2,"', "quote then end": b'1,2,"3"',
        "open quote closed later": b'1,"2,3\n4,"5",6\n', "open after a fault": b'1,2\n1,"2,3\n', "even quotes": b'1,"2"",3\n4",5,6\n',
        "repeated header": b"1,2,3\na,b,c\n4,5,6\n", "second table": b"1,2,3\n\nx,y\n1,2\n", "mark in the middle": b"1,2,3\n\xef\xbb\xbf4,5,6\n",
        "Ctrl-Z at the end": b"1,2,3\n\x1a", "NUL at the end": b"1,2,3\n\0\0\0", "cut letter at the end": b"1,2,\xe2\x82",
        "long field": b'1,"' + b"x\n" * 600_000 + b'",3\n4,5,6\n', "many quotes": b'1,"' + b'""' * 70_000 + b'",3\n',
        "long open": b'1,2,3\n4,"' + b"y,\n" * 200_000,
    }
    for name, body in lines.items():
        yield Case(name, H, body)
    # One column: blank lines may be values, so they are told.
    for name, body in {"blank": b"1\n\n2\n", "quoted empty": b'1\n""\n2\n', "blanks": b"1\n  \n2\n", "end": b"1\n2\n\n"}.items():
        yield Case(f"one column, {name}", b"a\n", body)
    # Headers.
    for name, data in {
        "same names": b"a,a,b\n1,2,3\n", "empty name": b"a,,c\n1,2,3\n", "blank names": b" , \n1,2\n", "blanks round names": b" a ,b\t\n1,2\n",
        "line end in a name": b'"a\nb",c\n1,2\n', "CRLF in a name": b'"a\r\nb",c\r\n1,2\r\n', "blank lines first": b"\n \t\n\r\na,b\n1,2\n",
        "header alone": b"a,b\n", "header without line end": b"a,b", "semicolons without line end": b"a;b", "bar alone": b"a|b", "open": b'a,"b\n1,2\n',
        "text after": b'"a"b,c\n1,2\n', "bad letter": b"a,caf\xe9\n1,2\n", "quoted": b'"a","b"\n1,2\n', "mark and quotes": b'\xef\xbb\xbf"a","b"\n1,2\n',
        "mark alone": b"\xef\xbb\xbf", "mark and line end": b"\xef\xbb\xbf\n", "empty": b"", "blank": b"  \n\t\n", "numbers": b"1,2\n3,4\n",
        "one line, one word": b"a", "NUL in a name": b"a\0,b\n1,2\n", "quote in a name": b'a"x,b\n1,2\n', "PAR1": b"PAR1,PAR2\n1,2\n",
        "BZh1": b"BZh1,b\n1,2\n", "stray CR": b"a,b\rc,d\n1,2\n", "CR then LF rows": b"a,b\r1,2\n3,4\n", "hash": b"#a,b\n1,2\n",
        "10,000 columns": b",".join(b"c%d" % i for i in range(10_000)) + b"\n" + b",".join(b"%d" % i for i in range(10_000)) + b"\n",
        "100 kB name": b"a," + b"n" * 100_000 + b"\n1,2\n", "separator in quotes": b'"a;b","c;d"\n1,2\n',
    }.items():
        yield Case(f"header: {name}", data)
    # Separators that must be found, or not guessed.
    for name, data in {
        "decimal commas": b"a;b\n1,5;2,5\n3,5;4,5\n", "both fit": b"a;b,c\n1;2,3\n", "semicolons in text": b"a,b\n1;2,3;4\n5,6\n",
        "tabs and commas": b"a\tb\n1,2\t3,4\n", "bars": b"a|b|c\n1|2|3\n", "quoted commas": b'a;b\n"1,2,3";x\n"4,5,6";y\n',
        "one quoted column": b'"a,b"\n"1,2"\n', "commas in one column's rows": b"a\n1,2\n", "wider rows": b"a,b;c\n1,2\n",
    }.items():
        yield Case(f"separator: {name}", data)
    yield Case("separator: one column of prices", b"name;price\n", b"", want=("table", ["name", "price"], []))
    yield Case("sep line", b"sep=;\na;b\n1;2\n", want=("refused", "E112", 1, None))
    yield Case("sep line, comma", b"sep=,\na,b\n1,2\n", want=("refused", "E112", 1, None))
    yield Case("sep line, skipped", b"sep=;\na;b\n1;2\n", options=["--skip-first", "1"], want=("table", ["a", "b"], [["1", "2"]]))
    yield Case("other separator in every line", b"a:x;b\n", b"1;2\n", ["--delimiter", ":"], want=("refused", "E110", 2, None), pads=False)
    # Encodings.
    text = 'näme,"b\n€"\r\n"\U0001f600,x",2\r\nлето,3\r\n'
    table = ("table", ["näme", "b\n€"], [["\U0001f600,x", "2"], ["лето", "3"]])
    for codec, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        body = text.encode(codec)
        yield Case(f"{codec}, mark", mark + body, want=table)
        yield Case(f"{codec}, mark, named", mark + body, options=["--encoding", "utf-16"], want=table)
        yield Case(f"{codec}, named", body, options=["--encoding", codec], want=table)
        yield Case(f"{codec}, no mark", body, want=("refused", "E102", None, None))
        yield Case(f"{codec}, no mark, no Latin", "а,б\nв,г\nд,е\n".encode(codec), want=("refused", "E102", None, None))
        yield Case(f"{codec}, odd byte", mark + body + b"\x61", want=("refused", "E107", 5, None))
        yield Case(f"{codec}, half a pair", mark + "a,b\n1,".encode(codec) + "\ud83d".encode(codec, "surrogatepass") + "x\n".encode(codec), want=("refused", "E107", 2, None))
        yield Case(f"{codec}, wide row", mark + "a,b\n1,2,3\n".encode(codec), want=("refused", "E110", 2, 3))
    for codec, mark in (("utf-32-le", b"\xff\xfe\0\0"), ("utf-32-be", b"\0\0\xfe\xff")):
        yield Case(f"{codec}, mark", mark + "a,b\n1,2\n".encode(codec), want=("refused", "E102", None, None))
        yield Case(f"{codec}, no mark", "a,b\n1,2\n".encode(codec), want=("refused", "E102", None, None))
    western = "naïve,b\n“x”,€5\né,ÿ\n"
    yield Case("Windows-1252 named", western.encode("cp1252"), options=["--encoding", "windows-1252"], want=("table", ["naïve", "b"], [["“x”", "€5"], ["é", "ÿ"]]))
    yield Case("Windows-1252 unnamed", b"a,b\n1,caf\xe9\n", want=("refused", "E107", 2, 2))
    yield Case("Latin-1 named", "é,ÿ\n1,2\n".encode("latin-1"), options=["--encoding", "latin1"], want=("table", ["é", "ÿ"], [["1", "2"]]))
    yield Case("UTF-8 mark, Windows named", b"\xef\xbb\xbf" + "é,b\n1,2\n".encode(), options=["--encoding", "windows-1252"], want=("table", ["é", "b"], [["1", "2"]]))
    yield Case("two marks", b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,2\n", want=("table", ["a", "b"], [["1", "2"]]))
    yield Case("unknown name", b"a,b\n1,2\n", options=["--encoding", "klingon"], want=("refused", "E116", None, None))
    # Compressed files.
    plain = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(40_000))
    all_rows = ("table", ["a", "b"], [[str(i), str(i * i)] for i in range(40_000)])
    packed = gzip.compress(plain, mtime=0)
    half = len(plain) // 2
    yield Case("gzip", packed, want=all_rows)
    yield Case("gzip, two members", gzip.compress(plain[:half]) + gzip.compress(plain[half:]), want=all_rows)
    yield Case("gzip, empty members", gzip.compress(b"") + packed + gzip.compress(b""), want=all_rows)
    yield Case("gzip of nothing", gzip.compress(b""), want=("refused", "E109", None, None))
    yield Case("gzip, rubbish behind", packed + b"rubbish", want=all_rows)
    yield Case("gzip, zeros behind", packed + b"\0" * 512, want=all_rows)
    yield Case("gzip in gzip", gzip.compress(packed), want=("refused", "E102", None, None))
    for cut in (1, 4, 8, 9, 100, len(packed) // 2, len(packed) - 20, len(packed) - 10, len(packed) - 3):
        yield Case(f"gzip cut by {cut}", packed[:-cut], want=("refused", "E118", None, None))
    for at in (len(packed) // 3, len(packed) - 8, len(packed) - 2):
        bad = bytearray(packed)
        bad[at] ^= 0x55
        yield Case(f"gzip damaged at {at}", bytes(bad), want=("refused", "E118", None, None))
    yield Case("gzip, second member cut", packed + packed[: len(packed) // 2], want=("refused", "E118", None, None))
    yield Case("gzip, bad row", gzip.compress(plain + b"1,2,3\n"), want=("refused", "E110", 40_002, 3))
    if shutil.which("zstd"):
        def zstd(data):
            return subprocess.run(["zstd", "-q", "--check", "-c"], input=data, capture_output=True, check=True).stdout
        frame = zstd(plain)
        yield Case("zstd", frame, want=all_rows)
        yield Case("zstd, two frames", zstd(plain[:half]) + zstd(plain[half:]), want=all_rows)
        yield Case("zstd, skippable frame", b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + frame, want=all_rows)
        yield Case("zstd, rubbish behind", frame + b"rubbish", want=all_rows)
        for cut in (1, 4, 5, 100, len(frame) // 2):
            yield Case(f"zstd cut by {cut}", frame[:-cut], want=("refused", "E118", None, None))
        bad = bytearray(frame)
        bad[len(bad) // 2] ^= 0x55
        yield Case("zstd damaged", bytes(bad), want=("refused", "E118", None, None))
    # Other kinds of file.
    for name, data in {
        "workbook": b"PK\x03\x04\x14\0\x06\0", "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "PDF": b"%PDF-1.7\n", "HTML": b"  <!DOCTYPE html><html>",
        "XML": b"<?xml version='1.0'?><a/>", "JSON": b'[{"a": 1}]', "zeros": b"\0" * 4096, "xz": b"\xfd7zXZ\0\0", "bzip2": b"BZh91AY&SY\0\0",
        "Parquet": b"PAR1\x15\x04\x15\x10", "SQLite": b"SQLite format 3\0\x10\0", "Stata": b"<stata_dta><header>", "SPSS": b"$FL2@(#) SPSS DATA FILE",
    }.items():
        yield Case(f"kind: {name}", data, want=("refused", "E102", None, None))
    # Numbers where they are asked for.
    numbers = {
        "1": "1", "-1.50": "-1.5", "+2": "2", " 3 ": "3", "1e3": "1000", "1E-2": "0.01", ".5": "0.5", "5.": "5", "007": "7",
        "9007199254740993": "9007199254740993", "12345678901234567890": "12345678901234567890", "0.1": "0.1", "-0": "0",
    }
    for text, want in numbers.items():
        yield Case(f"number {text!r}", b"a,n\n", b"x," + text.encode() + b"\n", ["--numbers", "n"], want=("number", want), pads=False)
    for text in ["1,234", "12%", "£5", "(3)", "0x1F", "inf", "-Infinity", "nan", "1e400", "−3", "1.2.3", "1 2", "1e", "e5", "--1", "1_000", "１", "null", "True", "1/2", "2018-01-01", "12:30", "1d", "1f", "#N/A", "#DIV/0!", "#REF!"]:
        row = f'x,"{text}"\n'.encode()
        yield Case(f"no number {text!r}", b"a,n\n", b"y,1\n" + row, ["--numbers", "n"], want=("refused", "E203", 3, 2), pads=False)
    for text in ["SUPP", "NE", "NA", "NP", "LOWCOV", "SP", "RE", "NEW", "DNS", "UNAVAIL", "c", "z", "x", "k", "low", ":", "~", ".", "-", "", " "]:
        want = {"missing": text.strip() or "empty"}
        yield Case(f"missing {text!r}", b"a,n\n", b"x," + text.encode() + b"\n", ["--numbers", "n"], want=("number", want), pads=False)
    yield Case("decimal comma", b"a;n\n", b"x;1.234,5\n", ["--numbers", "n", "--decimal", ",", "--thousands", "."], want=("number", "1234.5"), pads=False)
    for text in ["1.23,5", "12.34.567", "1234.567,8", ".123", "1..234"]:
        yield Case(f"wrong thousands {text!r}", b"a;n\n", b"x;" + text.encode() + b"\n", ["--numbers", "n", "--decimal", ",", "--thousands", "."], want=("refused", "E203", 2, 2), pads=False)
    # Random rows made of hard pieces.
    source = random.Random(2024)
    pieces = [b'"', b'""', b",", b",", b"\n", b"\n", b"\r\n", b"\r", b"a", b"bc", b" ", b"", b'"a,b"', b'"\n"', b"\xc3\xa9", b"\xe9", b";", b"1"]
    for k in range(400):
        body = b"".join(source.choice(pieces) for _ in range(source.randrange(1, 30)))
        yield Case(f"random {k}", b"a,b\n", body, ["--delimiter", ","], delimiter=b",")


# ---------------------------------------------------------------- the comparison


def expected(case, data):
    if case.want:
        return case.want
    try:
        return ("table", *model(data, **case.model_options))
    except Refused as refused:
        return ("refused", *refused.answer)


def answer(program, path, options):
    command = [program, "convert", path, "--format", "json", *options]
    run = subprocess.run(command, capture_output=True)
    if run.returncode == 0:
        result = json.loads(run.stdout.decode("utf-8"), parse_float=str, parse_int=str)
        return ("table", result["columns"], result["rows"])
    error = [line for line in run.stderr.decode("utf-8").splitlines() if line.startswith('{"error"')]
    if run.returncode not in (2, 3) or not error:
        return ("crash", run.returncode, run.stderr[-300:])
    error = json.loads(error[0])["error"]
    return ("refused", error["code"], error.get("line"), number_of(error.get("column")))


def number_of(column):
    """`school (column 2)` as 2."""
    return int(column.rsplit("column ", 1)[1].rstrip(")")) if column else None


def agrees(want, got):
    if want[0] == "number":
        return got[0] == "table" and got[2][0][1] == want[1]
    if want[0] == "refused" and got[0] == "refused":
        # A refusal of the whole file has no line; elsewhere what the case asks for must be there.
        return want[1] == got[1] and all(w is None or w == g for w, g in zip(want[2:], got[2:])) and (got[2] is not None or want[2] is None)
    return want == got


def variants(case, shift):
    """The case alone, then with rows before it so that it begins some bytes before a block's border."""
    yield "", case.head + case.body
    if not case.pads:
        return
    end = b"\r\n" if case.head.endswith(b"\r\n") else case.head[-1:]
    separator = next((s for s in CANDIDATES if s in case.head), b",")
    width = 1 if separator not in case.head.split(end)[0] and b'"' not in case.head else model(case.head, **case.model_options)[0].__len__()
    row = separator.join([b"pad"] * width) + end
    room = BLOCK - len(case.head) - shift
    count = room // len(row) - 1
    last = row[:1] * 0 + b"p" * (room - count * len(row) - len(row)) + row
    yield f", {shift} bytes before a border", case.head + row * count + last + case.body


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", default=".build/release/counterpart")
    parser.add_argument("--keep", help="folder for the files that are read otherwise than they should be")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    arguments = parser.parse_args()
    source = random.Random(7)
    runs = wrong = count = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case.csv")
        for case in cases():
            if arguments.only not in case.name:
                continue
            count += 1
            for label, data in variants(case, source.choice([0, 1, 2, 3, 5, 8, 13, 21])):
                with open(path, "wb") as file:
                    file.write(data)
                want = expected(case, data)
                options = case.options + (["--threads", "1"] if label and runs % 2 else [])
                got = answer(arguments.program, path, options)
                runs += 1
                if agrees(want, got):
                    continue
                wrong += 1
                print(f"{case.name}{label}\n  want {str(want)[:300]}\n  got  {str(got)[:300]}")
                if arguments.keep:
                    os.makedirs(arguments.keep, exist_ok=True)
                    shutil.copy(path, os.path.join(arguments.keep, f"{wrong}.csv"))
    print(f"{count} cases, {runs} files, {wrong} read otherwise than they should be")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
