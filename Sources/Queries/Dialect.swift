/// A database's way of writing SQL.
public enum Dialect: String, Sendable, CaseIterable {
    case postgres, duckdb, spark, clickhouse
    /// Written from the documentation of SQL Server 2017 and later, and not run by its makers.
    case sqlserver

    /// What people call it.
    public var title: String {
        switch self {
        case .postgres: "PostgreSQL"
        case .duckdb: "DuckDB"
        case .spark: "Spark"
        case .clickhouse: "ClickHouse"
        case .sqlserver: "SQL Server"
        }
    }
}

// Names and texts.
extension Dialect {
    /// A name in the dialect's quotes, the quote inside it doubled: never a keyword, never a string.
    package func identifier(_ name: String) -> String {
        switch self {
        case .postgres, .duckdb: "\"" + name.replacing("\"", with: "\"\"") + "\""
        case .spark: "`" + name.replacing("`", with: "``") + "`"
        // A backslash begins an escape even in a name.
        case .clickhouse: "`" + name.replacing("\\", with: "\\\\").replacing("`", with: "``") + "`"
        case .sqlserver: "[" + name.replacing("]", with: "]]") + "]"
        }
    }

    /// A text as a constant.
    ///
    /// Spark and ClickHouse take backslashes in constants as escapes, and Spark joins `'a''b'` to `ab`: what is not plain
    /// is written in hexadecimal digits there.
    package func literal(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x27 && $0 != 0x5C }
        switch self {
        case .postgres, .duckdb: return "'" + text.replacing("'", with: "''") + "'"
        // A backslash before a line end would join the two lines.
        case .sqlserver:
            let quoted = text.replacing("'", with: "''").replacing("\n", with: "' + NCHAR(10) + N'")
            return text.contains("\n") ? "(N'\(quoted)')" : "N'\(quoted)'"
        case _ where isPlain: return "'\(text)'"
        case .spark: return "CAST(X'\(Self.hexadecimal(text))' AS STRING)"
        case .clickhouse: return "unhex('\(Self.hexadecimal(text))')"
        }
    }

    private static func hexadecimal(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return String(text.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The text of a value of any type, as an export to CSV would hold it; empty for NULL.
    package func text(_ value: String) -> String {
        switch self {
        // Bytes are compared, whatever the column's collation.
        case .postgres: "COALESCE(CAST(\(value) AS TEXT) COLLATE \"C\", '')"
        case .duckdb: "COALESCE(CAST(\(value) AS VARCHAR), '')"
        case .spark: "COALESCE(CAST(\(value) AS STRING), '')"
        case .clickhouse: "COALESCE(toString(\(value)), '')"
        case .sqlserver: Self.textOfSQLServer(value)
        }
    }

    /// A plain cast there keeps six digits of a double and two of money: the type of the column says how its text is made.
    private static func textOfSQLServer(_ value: String) -> String {
        let type = "CAST(SQL_VARIANT_PROPERTY(\(value), 'BaseType') AS NVARCHAR(128))"
        return "COALESCE(CASE WHEN \(type) IN (N'float', N'real') THEN CONVERT(NVARCHAR(4000), \(value), 3) "
            + "WHEN \(type) IN (N'money', N'smallmoney') THEN CONVERT(NVARCHAR(4000), \(value), 2) "
            + "ELSE CONVERT(NVARCHAR(4000), \(value), 126) END COLLATE Latin1_General_100_BIN2, N'')"
    }

    /// A text without the blanks and tabs around it.
    func trimmed(_ text: String) -> String {
        switch self {
        case .postgres: "BTRIM(\(text), ' ' || CHR(9))"
        case .duckdb: "TRIM(\(text), ' ' || CHR(9))"
        case .spark, .clickhouse: "TRIM(BOTH CONCAT(' ', CHAR(9)) FROM \(text))"
        case .sqlserver: "TRIM(CONCAT(N' ', NCHAR(9)) FROM \(text))"
        }
    }
}

// Numbers.
extension Dialect {
    /// True of the texts that the file reader takes for numbers.
    ///
    /// Its exponents are bounded, so that no cast overflows; the other numbers, which no sum of squares would hold, are
    /// counted among the unreadable.
    func isNumber(_ text: String) -> String {
        let usual = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?0*[0-9]{1,2})?"
        let extreme = "[+-]?[0-9]([.][0-9]*)?[eE][+-]?0*[12][0-9]{2}"
        let pattern = "(\(usual)|\(extreme))"
        let isMatch =
            switch self {
            case .postgres: "\(text) ~ '^\(pattern)$'"
            case .duckdb: "regexp_full_match(\(text), '\(pattern)')"
            // A dollar would also match before a line end.
            case .spark: "\(text) RLIKE '^\(pattern)(?![^a]|a)'"
            case .clickhouse: "match(\(text), '^\(pattern)$')"
            case .sqlserver:
                "\(text) LIKE N'%[0-9]%' AND \(text) NOT LIKE N'%[^0-9.eE+-]%' AND \(text) NOT LIKE N'%[eE+-]' "
                    + "AND TRY_CAST(\(text) AS FLOAT(53)) IS NOT NULL"
            }
        if self == .sqlserver { return "LEN(\(text)) <= 60 AND \(isMatch)" }
        return "LENGTH(\(text)) <= 60 AND \(isMatch)"
    }

    /// The double of a text that is a number.
    func double(_ text: String) -> String {
        switch self {
        case .postgres: "CAST(\(text) AS DOUBLE PRECISION)"
        case .duckdb: "TRY_CAST(\(text) AS DOUBLE)"
        case .spark: "TRY_CAST(\(text) AS DOUBLE)"
        case .clickhouse: "toFloat64OrNull(\(text))"
        case .sqlserver: "TRY_CAST(\(text) AS FLOAT(53))"
        }
    }

    /// A constant double; in brackets, since a bare negative one behind a minus begins a comment.
    func double(constant: Double) -> String {
        switch self {
        case .postgres: "CAST('\(constant)' AS DOUBLE PRECISION)"
        case .duckdb, .spark: "CAST('\(constant)' AS DOUBLE)"
        case .clickhouse: "toFloat64('\(constant)')"
        case .sqlserver: "CAST('\(constant)' AS FLOAT(53))"
        }
    }

    /// A double of a decimal or an integer.
    func double(of number: String) -> String {
        switch self {
        case .postgres: "CAST(\(number) AS DOUBLE PRECISION)"
        case .duckdb, .spark: "CAST(\(number) AS DOUBLE)"
        case .clickhouse: "toFloat64(\(number))"
        case .sqlserver: "CAST(\(number) AS FLOAT(53))"
        }
    }

    /// The exact decimal of a text that is a number between −4·10^9 and 4·10^9, digits behind the nineteenth decimal cut
    /// off where the engine knows no longer ones.
    func decimal(_ text: String) -> String {
        switch self {
        case .postgres: "CAST(\(text) AS NUMERIC)"
        case .duckdb, .spark: "TRY_CAST(\(text) AS DECIMAL(38,19))"
        case .clickhouse: "toDecimal128OrNull(\(text), 19)"
        case .sqlserver: Self.decimalOfSQLServer(text)
        }
    }

    /// The seventeen digits of a double are an exponent there, which no decimal is read from, and more than people wrote: the
    /// decimal with six places is meant where it is the same double.
    private static func decimalOfSQLServer(_ text: String) -> String {
        let double = "TRY_CAST(\(text) AS FLOAT(53))"
        let short = "TRY_CAST(\(double) AS DECIMAL(38,6))"
        return "COALESCE(TRY_CAST(\(text) AS DECIMAL(38,19)), CASE WHEN CAST(\(short) AS FLOAT(53)) = \(double) "
            + "THEN TRY_CAST(\(short) AS DECIMAL(38,19)) ELSE TRY_CAST(\(double) AS DECIMAL(38,19)) END)"
    }

    /// A decimal without decimals as a 64-bit integer.
    func integer(_ decimal: String) -> String {
        switch self {
        case .postgres, .duckdb, .spark, .sqlserver: "CAST(\(decimal) AS BIGINT)"
        // A cast there would refuse NULL.
        case .clickhouse: "toInt64(\(decimal))"
        }
    }

    /// The sum of 64-bit integers, in a type that holds it.
    func sum(_ integer: String) -> String {
        switch self {
        case .postgres, .duckdb: "SUM(\(integer))"
        case .spark, .sqlserver: "SUM(CAST(\(integer) AS DECIMAL(38,0)))"
        case .clickhouse: "SUM(toInt128(\(integer)))"
        }
    }

    /// The shortest text of a decimal with at most six decimals.
    func shortest(_ decimal: String) -> String {
        switch self {
        case .postgres: "TRIM_SCALE(\(decimal))::TEXT"
        case .duckdb: "RTRIM(RTRIM(CAST(CAST(\(decimal) AS DECIMAL(18,6)) AS VARCHAR), '0'), '.')"
        case .spark: "TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(CAST(\(decimal) AS DECIMAL(18,6)) AS STRING)))"
        case .clickhouse: "toString(toDecimal64(\(decimal), 6))"
        case .sqlserver:
            // Zeros at the end, then a point at the end, are cut by way of blanks.
            "REPLACE(RTRIM(REPLACE(REPLACE(RTRIM(REPLACE(CONVERT(NVARCHAR(60), CAST(\(decimal) AS DECIMAL(18,6))), "
                + "N'0', N' ')), N' ', N'0'), N'.', N' ')), N' ', N'.') COLLATE Latin1_General_100_BIN2"
        }
    }

    /// Behind a subselect: keeps PostgreSQL from putting the expressions inside it wherever they are named.
    var fence: String { self == .postgres ? " OFFSET 0" : "" }

    /// Behind a query.
    ///
    /// ClickHouse reads doubles fast and not to the last bit unless told otherwise.
    var ending: String { self == .clickhouse ? "\nSETTINGS precise_float_parsing = 1" : "" }
}
