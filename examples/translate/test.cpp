// heed-translate test
#include <map>

#include "commands.h"
#include <fmt/format.h>

#include <heed/models/decoding/translator.h>
#include <heed/models/text/number_alignment.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/training/translation_data.h>
#include <heed/models/visual/alignment_errors.h>

namespace heed::translate {

namespace {

struct Count {
  int right = 0, all = 0;

  void add(bool is_right) {
    right += is_right;
    ++all;
  }
  double percent() const { return 100.0 * right / all; }
};

void show(const NumberSentence& sentence, const Translation& translation) {
  const bool right = translation.text == sentence.pair.target;
  fmt::print("  {}\n  {} {}\n", sentence.pair.source, right ? "→" : "✗", translation.text);
  fmt::print("  = {}\n\n", sentence.pair.target);
}

void count_matches(const std::vector<NumberSentence>& sentences, const TestFlags& flags) {
  std::vector<std::string> sources;
  for (const NumberSentence& sentence : sentences) sources.push_back(sentence.pair.source);
  Translator translator(flags.checkpoint, flags.backend.open());
  const std::vector<Translation> translations = translator.translate(sources, flags.decoding);
  std::map<NumberKind, Count> by_kind;
  Count total;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    const bool right = translations[i].text == sentences[i].pair.target;
    total.add(right);
    by_kind[sentences[i].kind].add(right);
    if (std::cmp_less(i, flags.show)) show(sentences[i], translations[i]);
  }
  for (const auto& [kind, count] : by_kind)
    fmt::print("{:<7} {:6.1f} % of {}\n", name_of(kind), count.percent(), count.all);
  fmt::print("exact match {:.1f} %\n", total.percent());
}

void print_alignment_errors(AttentionReader& reader, const std::vector<NumberSentence>& sentences) {
  std::vector<SentencePair> pairs;
  std::vector<GoldAlignment> gold;
  for (const NumberSentence& sentence : sentences) {
    pairs.push_back(sentence.pair);
    gold.push_back(align_numbers(sentence.pair));
  }
  fmt::print("alignment error rate, the references given; rows are the words\n{:<44} written   read\n", "");
  for (const AlignmentErrors& errors : alignment_errors(reader, pairs, gold))
    fmt::print("{:<44}  {:.4f} {:.4f}\n", errors.attention, errors.written, errors.read);
}

}  // namespace

int test(const TestFlags& flags) {
  check_options(flags.decoding);
  const Checkpoint checkpoint = read_checkpoint(find_checkpoint(flags.checkpoint));
  const std::vector<NumberSentence> sentences = number_test_set(checkpoint.info.seed);
  if (!flags.alignments) {
    count_matches(sentences, flags);
    return 0;
  }
  AttentionReader reader(flags.checkpoint, flags.backend.open());
  if (reader.kinds().empty())
    throw Error(fmt::format("{} has no attention: test it without --alignments", reader.path()));
  count_matches(sentences, flags);
  print_alignment_errors(reader, sentences);
  return 0;
}

}  // namespace heed::translate
