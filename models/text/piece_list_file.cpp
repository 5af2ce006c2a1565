// The file of a list of pieces: "heed-vocabulary 1 KIND SIZE", then one entry a line in the order of the ids.
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/piece_list.h>
#include <heed/models/text/utf8.h>

namespace heed {

namespace {

constexpr std::string_view magic = "heed-vocabulary 1 ";

// A character vocabulary may hold line ends.
std::string escaped(std::string_view entry) {
  std::string line;
  for (const char c : entry) {
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\r') {
      line += "\\r";
    } else if (c == '\\') {
      line += "\\\\";
    } else {
      line += c;
    }
  }
  return line;
}

// Nothing when a backslash stands before anything but n, r and itself.
std::optional<std::string> unescaped(std::string_view line) {
  std::string entry;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      entry += line[i];
      continue;
    }
    if (++i == line.size()) return std::nullopt;
    if (line[i] != 'n' && line[i] != 'r' && line[i] != '\\') return std::nullopt;
    entry += line[i] == 'n' ? '\n' : line[i] == 'r' ? '\r' : '\\';
  }
  return entry;
}

// Reads line after line; every complaint names the file and the line it is about.
class Lines {
 public:
  Lines(const std::string& path, std::string_view text) : path_(path), rest_(text) {}

  std::string_view next() {
    ++number_;
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) fail("the file ends early");
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }

  bool empty() const { return rest_.empty(); }

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(fmt::format("{}, line {}: {}; save the vocabulary again", path_, number_, what));
  }

 private:
  const std::string& path_;
  std::string_view rest_;
  std::size_t number_ = 0;
};

struct Header {
  VocabularyKind kind;
  std::size_t size;
};

Header parse_header(std::string_view line, const std::string& path) {
  const auto foreign = [&] {
    return Error(
        fmt::format("{} is not a vocabulary of this version: its first line must read \"{}KIND SIZE\", "
                    "unless it is a SentencePiece model",
                    path, magic));
  };
  if (!line.starts_with(magic)) throw foreign();
  line.remove_prefix(magic.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) throw foreign();
  const std::string_view kind = line.substr(0, space);
  if (kind != name_of(VocabularyKind::word) && kind != name_of(VocabularyKind::character)) throw foreign();
  std::size_t size = 0;
  const auto [end, code] = std::from_chars(line.data() + space + 1, line.data() + line.size(), size);
  if (code != std::errc() || end != line.data() + line.size() || size < special_entries) throw foreign();
  return {vocabulary_kind(kind), size};
}

}  // namespace

std::string PieceList::bytes() const {
  std::string text = fmt::format("{}{} {}\n", magic, name_of(kind_), entries_.size());
  for (const std::string& entry : entries_) text += escaped(entry) + "\n";
  return text;
}

std::shared_ptr<const PieceList> PieceList::parse(std::string_view bytes, const std::string& path) {
  Lines lines(path, bytes);
  const Header header = parse_header(bytes.substr(0, bytes.find('\n')), path);
  lines.next();
  PieceList list(header.kind);
  for (std::size_t i = 0; i < header.size; ++i) {
    const std::optional<std::string> entry = unescaped(lines.next());
    if (!entry || entry->empty() || first_invalid_utf8(*entry)) lines.fail("this is no entry");
    if (i < special_entries) {
      if (*entry != list.entries_[i]) lines.fail(fmt::format("{} must stand here", list.entries_[i]));
    } else if (!list.add(*entry)) {
      lines.fail("this entry stands in an earlier line too");
    }
  }
  if (!lines.empty())
    lines.fail(fmt::format("more follows, but the first line says {} entries", header.size));
  return std::make_shared<const PieceList>(std::move(list));
}

}  // namespace heed
