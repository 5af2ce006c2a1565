#include <algorithm>
#include <array>

#include <heed/models/text/utf8.h>
#include <heed/models/text/words.h>

namespace heed {

namespace {

constexpr char32_t join_code_point = 0xFFED;
constexpr char32_t space_code_point = 0x2581;

bool is_space(char32_t code_point) {
  return code_point == U' ' || (code_point >= U'\t' && code_point <= U'\r');
}

// Ranges of what is neither letter nor digit above ASCII, as far as common text needs them.
bool is_other_symbol(char32_t code_point) {
  struct Range {
    char32_t first, last;
  };
  constexpr std::array<Range, 14> ranges{{{0x80, 0xA9},
                                          {0xAB, 0xB4},
                                          {0xB6, 0xB9},
                                          {0xBB, 0xBF},
                                          {0xD7, 0xD7},
                                          {0xF7, 0xF7},
                                          {0x2000, 0x206F},      // dashes, quotation marks, spaces
                                          {0x20A0, 0x20CF},      // currency
                                          {0x2100, 0x2BFF},      // letter-like signs, arrows, boxes
                                          {0x3000, 0x303F},      // ideographic punctuation
                                          {0xFE00, 0xFE6F},      // variants of punctuation
                                          {0xFF00, 0xFF0F},      // full-width punctuation
                                          {0xFFE0, 0xFFFF},      // specials
                                          {0x1F000, 0x1FAFF}}};  // pictures
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

bool is_letter_or_digit(char32_t code_point) {
  if (code_point >= 0x80) return !is_other_symbol(code_point);
  return (code_point >= U'a' && code_point <= U'z') || (code_point >= U'A' && code_point <= U'Z') ||
         (code_point >= U'0' && code_point <= U'9');
}

bool is_link(char32_t code_point) {
  return code_point == U'-' || code_point == U'\'' || code_point == 0x2019;
}

struct Piece {
  std::size_t begin, end;
  bool is_word, follows_space;
};

class Splitter {
 public:
  explicit Splitter(std::u32string text) : text_(std::move(text)) {}

  std::vector<std::string> split() {
    find_pieces();
    std::vector<std::string> pieces;
    pieces.reserve(pieces_.size());
    for (std::size_t i = 0; i < pieces_.size(); ++i) pieces.push_back(marked(i));
    return pieces;
  }

 private:
  void find_pieces() {
    bool follows_space = false;
    for (std::size_t at = 0; at < text_.size();) {
      if (is_understood_space(at)) {
        follows_space = true;
        ++at;
        continue;
      }
      const std::size_t end = word_end(at);
      const bool is_word = end > at;
      pieces_.push_back({at, is_word ? end : at + 1, is_word, follows_space});
      at = pieces_.back().end;
      follows_space = false;
    }
  }

  bool is_understood_space(std::size_t at) const {
    if (text_[at] != U' ' || at == 0 || at + 1 == text_.size()) return false;
    return !is_space(text_[at - 1]) && !is_space(text_[at + 1]);
  }

  std::size_t word_end(std::size_t at) const {
    const std::size_t begin = at;
    while (at < text_.size()) {
      const bool links = at > begin && at + 1 < text_.size() && is_link(text_[at]) &&
                         is_letter_or_digit(text_[at - 1]) && is_letter_or_digit(text_[at + 1]);
      if (!links && !is_letter_or_digit(text_[at])) break;
      ++at;
    }
    return at;
  }

  // Between two marks without a space the second one carries the joiner: one spelling for one text.
  std::string marked(std::size_t index) const {
    const Piece& piece = pieces_[index];
    const std::u32string body = text_.substr(piece.begin, piece.end - piece.begin);
    if (piece.is_word) return encode_utf8(body);
    std::string result;
    if (index > 0 && !piece.follows_space) result += join_mark;
    result += spelled(body.front());
    const bool has_next = index + 1 < pieces_.size();
    if (has_next && pieces_[index + 1].is_word && !pieces_[index + 1].follows_space) result += join_mark;
    return result;
  }

  static std::string spelled(char32_t code_point) {
    if (code_point == U' ') return std::string(space_mark);
    if (code_point == join_code_point || code_point == space_code_point) code_point = 0xFFFD;
    return encode_utf8(std::u32string(1, code_point));
  }

  std::u32string text_;
  std::vector<Piece> pieces_;
};

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  return Splitter(decode_utf8(text)).split();
}

std::string join_words(const std::vector<std::string>& pieces) {
  std::string text;
  bool joins = true;  // no space before the first piece
  for (const std::string& piece : pieces) {
    std::string_view body = piece;
    if (body.starts_with(join_mark)) {
      body.remove_prefix(join_mark.size());
      joins = true;
    }
    if (!joins) text += ' ';
    joins = body.ends_with(join_mark);
    if (joins) body.remove_suffix(join_mark.size());
    text += body == space_mark ? std::string_view(" ") : body;
  }
  return text;
}

}  // namespace heed
