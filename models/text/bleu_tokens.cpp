#include <array>
#include <utility>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/bleu_tokens.h>
#include <heed/models/text/unicode.h>
#include <heed/models/text/utf8.h>

namespace heed {

namespace {

bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}

bool is_stop(char32_t c) {
  return c == U'.' || c == U',';
}

// Every ASCII symbol but apostrophe, comma, hyphen and full stop; the space, too.
bool always_stands_alone(char32_t c) {
  return (c >= U' ' && c <= U'&') || (c >= U'(' && c <= U'+') || c == U'/' || (c >= U':' && c <= U'@') ||
         (c >= U'[' && c <= U'`') || (c >= U'{' && c <= U'~');
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string result;
  std::size_t begin = 0;
  for (std::size_t at; (at = text.find(what, begin)) != std::string_view::npos; begin = at + what.size()) {
    result += text.substr(begin, at - begin);
    result += by;
  }
  return result += text.substr(begin);
}

// In this order: "&amp;lt;" becomes "<", as in sacreBLEU.
std::string without_markup(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> rules{{{"<skipped>", ""},
                                                                                {"-\n", ""},
                                                                                {"\n", " "},
                                                                                {"&quot;", "\""},
                                                                                {"&amp;", "&"},
                                                                                {"&lt;", "<"},
                                                                                {"&gt;", ">"}}};
  std::string result(text);
  for (const auto& [what, by] : rules) result = replaced(result, what, by);
  return result;
}

std::u32string split_symbols(std::u32string_view text) {
  std::u32string result;
  for (const char32_t c : text) {
    if (always_stands_alone(c)) {
      result.append({U' ', c, U' '});
    } else {
      result.push_back(c);
    }
  }
  return result;
}

// Puts a space between neighbours that match, left to right. A pair that was found is used up: its
// second character does not begin another one.
template <typename Matches>
std::u32string split_pairs(std::u32string_view text, Matches matches, bool space_before, bool space_after) {
  std::u32string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool found = at + 1 < text.size() && matches(text[at], text[at + 1]);
    if (!found) {
      result.push_back(text[at]);
      continue;
    }
    if (space_before) result.push_back(U' ');
    result.append({text[at], U' ', text[at + 1]});
    if (space_after) result.push_back(U' ');
    ++at;
  }
  return result;
}

// The rules look at pairs across the text's ends, too: hence the spaces.
std::u32string split_13a(std::string_view text) {
  std::u32string line = split_symbols(decode_utf8(fmt::format(" {} ", without_markup(text))));
  line = split_pairs(
      line, [](char32_t a, char32_t b) { return !is_digit(a) && is_stop(b); }, false, true);
  line = split_pairs(
      line, [](char32_t a, char32_t b) { return is_stop(a) && !is_digit(b); }, true, false);
  return split_pairs(
      line, [](char32_t a, char32_t b) { return is_digit(a) && b == U'-'; }, false, true);
}

std::string joined_tokens(std::u32string_view text) {
  std::string tokens;
  bool in_token = false;
  for (const char32_t c : text) {
    if (is_white_space(c)) {
      in_token = false;
      continue;
    }
    if (!in_token && !tokens.empty()) tokens.push_back(' ');
    append_utf8(tokens, c);
    in_token = true;
  }
  return tokens;
}

// A hyphen and a newline at the very end are no word that goes on in the next line: the newline goes first.
std::string without_trailing_space(std::string_view text) {
  std::u32string code_points = decode_utf8(text);
  while (!code_points.empty() && is_white_space(code_points.back())) code_points.pop_back();
  return encode_utf8(code_points);
}

}  // namespace

std::string_view name_of(BleuTokenizer tokenizer) {
  switch (tokenizer) {
    case BleuTokenizer::mteval_13a:
      return "13a";
    case BleuTokenizer::none:
      return "none";
  }
  return "?";
}

BleuTokenizer bleu_tokenizer(std::string_view name) {
  for (const BleuTokenizer tokenizer : {BleuTokenizer::mteval_13a, BleuTokenizer::none}) {
    if (name == name_of(tokenizer)) return tokenizer;
  }
  throw Error(fmt::format("there is no BLEU tokenizer \"{}\"; use \"13a\" or \"none\"", name));
}

std::string bleu_tokens(std::string_view text, BleuTokenizer tokenizer) {
  if (tokenizer == BleuTokenizer::none) return joined_tokens(decode_utf8(text));
  return joined_tokens(split_13a(without_trailing_space(text)));
}

}  // namespace heed
