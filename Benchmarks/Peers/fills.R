# Part of Apus, Apache-2.0. See LICENSE.
# The fills of Sources/Fills that R has, with its generator for parallel work: prints "name,ns".
count <- 1e6
report <- function(name, body) {
  best <- min(replicate(11, system.time(body(), gcFirst = FALSE)[["elapsed"]]))
  cat(name, ",", best / count * 1e9, "\n", sep = "")
}
RNGkind("L'Ecuyer-CMRG")
set.seed(1)
report("R uniform", function() runif(count))
report("R normal", function() rnorm(count))
report("R exponential", function() rexp(count))
