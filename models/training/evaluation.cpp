#include <heed/models/training/checkpoint.h>
#include <heed/models/training/evaluation.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/training/validation.h>

namespace heed {

namespace {

constexpr std::int64_t longest_pair = 1000;  // pieces on a side that perplexity is measured on

}  // namespace

Evaluation evaluate(const std::string& path, const std::string& prefix, const EvaluationOptions& options,
                    std::shared_ptr<Backend> backend) {
  check_options(options.decoding);
  const Checkpoint checkpoint = read_checkpoint(find_checkpoint(path));
  const CheckpointInfo& info = checkpoint.info;
  const ParallelCorpus pairs = read_parallel_corpus(prefix, info.source_language, info.target_language);
  const std::vector<std::string> sources = read_lines(prefix + "." + info.source_language);
  const std::vector<std::string> references = read_lines(prefix + "." + info.target_language);

  Variables variables(std::move(backend));
  load_model(checkpoint.path, info, variables);
  BatchOptions batches;
  batches.max_length = longest_pair;
  batches.batch_tokens = 2 * longest_pair;
  batches.shuffle = false;
  PerplexityMeter meter(pairs, checkpoint.vocabularies, info.config, batches, variables);
  Translator translator(info.config, checkpoint.vocabularies, variables);

  Evaluation result;
  result.perplexity = meter.measure();
  result.pieces = meter.pieces();
  result.left_out = meter.dropped();
  for (Translation& translation : translator.translate(sources, options.decoding))
    result.translations.push_back(std::move(translation.text));
  result.bleu = corpus_bleu(result.translations, references, options.bleu);
  result.signature = bleu_signature(options.bleu);
  return result;
}

}  // namespace heed
