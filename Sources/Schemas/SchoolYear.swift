/// An academic year by the calendar year in which it ends: 2018 for 2017/18, which the performance tables call 2018.
struct SchoolYear: Sendable, Equatable {
    var end: Int

    /// `201718`, as periods are written.
    var text: String { "\(end - 1)\(Self.twoDigits(end))" }
    /// `2017/18`, for people.
    var words: String { "\(end - 1)/\(Self.twoDigits(end))" }

    private static func twoDigits(_ year: Int) -> String {
        let digits = String(year % 100)
        return digits.count == 1 ? "0" + digits : digits
    }

    init(end: Int) { self.end = end }

    /// As it is typed: `2018`, `201718`, `2017/18`, `2017-18` or `2017-2018`.
    init?(parsing text: String) {
        let found = Self.all(in: text)
        guard found.count == 1, text.first?.isNumber == true, text.last?.isNumber == true else { return nil }
        self.init(end: found[0])
    }

    /// The years that the name of a file tells of, each once: a lone year is that of the tables, a pair an academic year.
    static func all(inNameOf path: String) -> [Int] { all(in: String(path.split(separator: "/").last ?? "")) }

    private static func all(in text: String) -> [Int] {
        var found: [Int] = []
        var numbers: [(value: Int, digits: Int, start: Int, end: Int)] = []
        let letters = Array(text.utf8)
        var at = 0
        while at < letters.count {
            guard isDigit(letters[at]) else {
                at += 1
                continue
            }
            var end = at
            var value = 0
            while end < letters.count, isDigit(letters[end]), end - at < 9 {
                value = value * 10 + Int(letters[end] - 0x30)
                end += 1
            }
            numbers.append((value, end - at, at, end))
            at = end
        }
        var position = 0
        while position < numbers.count {
            let number = numbers[position]
            position += 1
            if number.digits == 6, isYear(number.value / 100), (number.value / 100 + 1) % 100 == number.value % 100 {
                found.append(number.value / 100 + 1)
            } else if number.digits == 4, isYear(number.value) {
                if position < numbers.count, follows(numbers[position], number.value),
                    numbers[position].start == number.end + 1, "-_/".utf8.contains(letters[number.end])
                {
                    position += 1
                    found.append(number.value + 1)
                } else {
                    found.append(number.value)
                }
            }
        }
        var distinct: [Int] = []
        for year in found where !distinct.contains(year) { distinct.append(year) }
        return distinct
    }

    private static func follows(_ number: (value: Int, digits: Int, start: Int, end: Int), _ year: Int) -> Bool {
        number.digits == 4 ? number.value == year + 1 : number.digits == 2 && number.value == (year + 1) % 100
    }

    private static func isDigit(_ letter: UInt8) -> Bool { letter >= 0x30 && letter <= 0x39 }
    private static func isYear(_ number: Int) -> Bool { number >= 1990 && number < 2100 }

    /// The latest year of columns such as `READPROG_18`.
    static func latest(of stem: String, in header: [String]) -> Int? {
        guard !stem.isEmpty else { return nil }
        return header.compactMap { name -> Int? in
            guard name.hasPrefix(stem + "_"), name.utf8.count == stem.utf8.count + 3 else { return nil }
            return Int(name.suffix(2)).map { 2000 + $0 }
        }.max()
    }
}
