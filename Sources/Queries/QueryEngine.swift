/// A database that answers one query after the other.
public protocol QueryEngine {
    var dialect: Dialect { get }
    /// Its name and version, as the side-car of a cell table keeps them.
    var version: String { get }

    /// The answer as CSV: UTF-8, commas, a header of the query's names, an empty field for NULL, quotes where a text needs
    /// them, doubles with as many digits as read back to the same double.
    ///
    /// - Throws: `QueryError`; an answer that breaks off is an error, never a short answer.
    func csv(_ query: String) throws -> [UInt8]
}
