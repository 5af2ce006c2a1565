#include <string>
#include <vector>

#include "require.h"
#include "targets.h"

#include <heed/models/text/bleu.h>
#include <heed/models/text/corpus.h>
#include <heed/models/text/utf8.h>
#include <heed/models/text/words.h>

namespace heed::fuzz {

namespace {

void cut(const std::string& line) {
  require(encode_utf8(decode_utf8(line)) == line, "code points give the text back");
  const std::vector<std::string> words = split_words(line);
  const bool marked = line.find(join_mark) != std::string::npos || line.find(space_mark) != std::string::npos;
  if (!marked) require(join_words(words) == line, "words give the text back");
  for (const BleuTokenizer tokenizer : {BleuTokenizer::mteval_13a, BleuTokenizer::none}) {
    require(!first_invalid_utf8(bleu_tokens(line, tokenizer)), "tokens are UTF-8");
  }
}

// The first half of the lines against the second.
void score(const std::vector<std::string>& lines) {
  const std::size_t half = lines.size() / 2;
  if (half == 0) return;
  const std::span all(lines);
  const BleuScore result =
      corpus_bleu(all.first(half), all.subspan(half, half), {.lowercase = lines.size() % 3 == 0});
  require(result.bleu >= 0 && result.bleu <= 100 + 1e-9, "BLEU lies between 0 and 100");
}

}  // namespace

void text(std::string_view bytes) {
  try {
    const std::vector<std::string> lines = lines_of(bytes, "text");
    for (const std::string& line : lines) cut(line);
    score(lines);
  } catch (const Error&) {
    require(first_invalid_utf8(bytes).has_value(), "well-formed text is taken");
  }
}

}  // namespace heed::fuzz
