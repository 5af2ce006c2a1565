// BLEU (Papineni et al. 2002) as sacreBLEU (Post 2018) computes it. Knows nothing of models.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <heed/models/text/bleu_tokens.h>

namespace heed {

// What an n-gram order without a match counts as (Chen and Cherry 2014).
//   none         nothing, and BLEU is 0
//   floor        that many matches, 0.1 unless told
//   add_k        orders above 1 have that many more matches and n-grams, 1 unless told; matched or not
//   exponential  half a match for the first such order, a quarter for the second, and so on
enum class BleuSmoothing : std::uint8_t { none, floor, add_k, exponential };

std::string_view name_of(BleuSmoothing smoothing);    // "none", "floor", "add-k", "exp"
BleuSmoothing bleu_smoothing(std::string_view name);  // throws Error for any other name

// The defaults are those of sacreBLEU, by which systems are compared.
struct BleuOptions {
  BleuTokenizer tokenizer = BleuTokenizer::mteval_13a;
  BleuSmoothing smoothing = BleuSmoothing::exponential;
  std::optional<double> smoothing_value = {};  // of floor and add_k; at least 0
  bool lowercase = false;                      // compare without regard to case
  int max_order = 4;                           // n-grams up to this length, at least 1
  bool effective_order = false;  // leave out orders too long for the hypotheses: for single sentences
};

// What a score is made of. Counts of segments add up to those of their corpus.
struct BleuCounts {
  std::int64_t hypothesis_length = 0;  // tokens
  std::int64_t reference_length =
      0;  // tokens, of the references closest in length; the shorter one if two are
  std::vector<std::int64_t> matches;  // n-grams of the hypotheses found in a reference, for n = 1, 2, ...
  std::vector<std::int64_t> ngrams;   // n-grams of the hypotheses

  friend bool operator==(const BleuCounts& a, const BleuCounts& b) = default;
};

struct BleuScore {
  double bleu = 0;                 // 0 to 100
  std::vector<double> precisions;  // of each order after smoothing, 0 to 100
  double brevity_penalty = 0;      // 0 to 1
  BleuCounts counts;
};

// The score of a corpus: hypotheses[i] against references[r][i] for every r. Scores of corpora whose
// hypotheses are shorter than `max_order` tokens throughout are 0, as sacreBLEU has it. Throws Error when
// there is nothing to score, when the numbers of lines differ and, with the line, for invalid UTF-8.
BleuScore corpus_bleu(std::span<const std::string> hypotheses,
                      std::span<const std::vector<std::string>> references, const BleuOptions& options = {});

// The same with one reference for each hypothesis.
BleuScore corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      const BleuOptions& options = {});

// The score that counts lead to. Of the options only the smoothing and `effective_order` are used.
BleuScore bleu_of(const BleuCounts& counts, const BleuOptions& options = {});

// How a score came about, to stand beside it, in sacreBLEU's form with heed named as what computed it:
// "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:heed-0.1.0".
std::string bleu_signature(const BleuOptions& options = {}, std::size_t references = 1);

}  // namespace heed
