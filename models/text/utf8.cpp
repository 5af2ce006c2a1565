#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/utf8.h>

namespace heed {

namespace {

constexpr char32_t replacement = 0xFFFD;

bool is_scalar_value(char32_t code_point) {
  return code_point < 0xD800 || (code_point > 0xDFFF && code_point <= 0x10FFFF);
}

struct Sequence {
  char32_t code_point = 0;
  std::size_t length = 0;  // 0: not well formed
};

// What a leading byte promises: its own bits, the length, and the least code point that needs the length.
struct Lead {
  char32_t bits;
  std::size_t length;
  char32_t least;
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {byte, 1, 0};
  if (byte >= 0xC0 && byte < 0xE0) return {byte & 0x1Fu, 2, 0x80};
  if (byte >= 0xE0 && byte < 0xF0) return {byte & 0x0Fu, 3, 0x800};
  if (byte >= 0xF0 && byte < 0xF8) return {byte & 0x07u, 4, 0x10000};
  return {0, 0, 0};
}

Sequence sequence_at(std::string_view text, std::size_t offset) {
  const Lead lead = lead_of(static_cast<unsigned char>(text[offset]));
  if (lead.length == 0 || text.size() - offset < lead.length) return {};
  char32_t code_point = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[offset + i]);
    if ((byte & 0xC0u) != 0x80u) return {};
    code_point = (code_point << 6) | (byte & 0x3Fu);
  }
  if (code_point < lead.least || !is_scalar_value(code_point)) return {};
  return {code_point, lead.length};
}

}  // namespace

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t length = sequence_at(text, offset).length;
    if (length == 0) return offset;
    offset += length;
  }
  return std::nullopt;
}

void require_utf8(std::string_view text) {
  const auto offset = first_invalid_utf8(text);
  if (!offset) return;
  throw Error(fmt::format("the text is not valid UTF-8: byte {} is 0x{:02x}; convert the text to UTF-8",
                          *offset, static_cast<unsigned char>(text[*offset])));
}

std::u32string decode_utf8(std::string_view text) {
  require_utf8(text);
  std::u32string code_points;
  code_points.reserve(text.size());
  for (std::size_t offset = 0; offset < text.size();) {
    const Sequence sequence = sequence_at(text, offset);
    code_points.push_back(sequence.code_point);
    offset += sequence.length;
  }
  return code_points;
}

void append_utf8(std::string& text, char32_t code_point) {
  if (!is_scalar_value(code_point)) code_point = replacement;
  const auto tail = [&](int shift) {
    text.push_back(static_cast<char>(0x80u | ((code_point >> shift) & 0x3Fu)));
  };
  if (code_point < 0x80) {
    text.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    text.push_back(static_cast<char>(0xC0u | (code_point >> 6)));
    tail(0);
  } else if (code_point < 0x10000) {
    text.push_back(static_cast<char>(0xE0u | (code_point >> 12)));
    tail(6);
    tail(0);
  } else {
    text.push_back(static_cast<char>(0xF0u | (code_point >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string encode_utf8(std::u32string_view code_points) {
  std::string text;
  text.reserve(code_points.size());
  for (const char32_t code_point : code_points) append_utf8(text, code_point);
  return text;
}

}  // namespace heed
