#include <map>
#include <sstream>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/bleu_by_length.h>

namespace heed {

namespace {

std::size_t words_in(const std::string& text) {
  std::istringstream words(text);
  std::size_t count = 0;
  for (std::string word; words >> word;) ++count;
  return count;
}

// The sentences of one bin.
struct Sentences {
  std::vector<std::string> hypotheses;
  std::vector<std::vector<std::string>> references;
  std::size_t words = 0;
};

}  // namespace

std::vector<LengthBin> bleu_by_length(std::span<const std::string> hypotheses,
                                      std::span<const std::vector<std::string>> references,
                                      std::span<const std::string> sources, std::size_t width,
                                      const BleuOptions& options) {
  if (width == 0) throw Error("a bin of lengths is one word wide or more");
  if (sources.size() != hypotheses.size()) {
    throw Error(fmt::format("there are {} sources for {} translations: one belongs to each", sources.size(),
                            hypotheses.size()));
  }
  corpus_bleu(hypotheses, references, options);  // complains about the corpus rather than about a bin
  std::map<std::size_t, Sentences> bins;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::size_t words = words_in(sources[i]);
    Sentences& bin = bins[words == 0 ? 0 : (words - 1) / width];
    bin.hypotheses.push_back(hypotheses[i]);
    bin.references.resize(references.size());
    for (std::size_t r = 0; r < references.size(); ++r) bin.references[r].push_back(references[r][i]);
    bin.words += words;
  }
  std::vector<LengthBin> result;
  for (const auto& [number, bin] : bins) {
    const double count = static_cast<double>(bin.hypotheses.size());
    result.push_back({number * width + 1, (number + 1) * width, bin.hypotheses.size(),
                      static_cast<double>(bin.words) / count,
                      corpus_bleu(bin.hypotheses, bin.references, options)});
  }
  return result;
}

}  // namespace heed
