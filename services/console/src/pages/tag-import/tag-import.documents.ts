import { graphql } from '../../generated/gql';

export const PreviewTagImportDocument = graphql(`
  query PreviewTagImport($siteId: ID!, $file: String!, $missing: MissingTags!) {
    previewTagImport(siteId: $siteId, file: $file, missing: $missing) {
      rowCount
      added
      changed
      unchanged
      retired
      problemCount
      token
      addedRows: rows(change: ADDED, first: 200) {
        ...TagImportRowParts
      }
      changedRows: rows(change: CHANGED, first: 200) {
        ...TagImportRowParts
      }
      retiredRows: rows(change: RETIRED, first: 200) {
        ...TagImportRowParts
      }
      problems(first: 20000) {
        code
        line
        column
        tag
        what
        remedy
      }
    }
  }
`);

export const TagImportRowParts = graphql(`
  fragment TagImportRowParts on TagImportRow {
    change
    line
    path
    name
    fields {
      field
      before
      after
    }
  }
`);

export const ApplyTagImportDocument = graphql(`
  mutation ApplyTagImport($siteId: ID!, $file: String!, $missing: MissingTags!, $token: String!) {
    applyTagImport(siteId: $siteId, file: $file, missing: $missing, token: $token) {
      added
      changed
      retired
    }
  }
`);

export const ExportTagsDocument = graphql(`
  query ExportTags($siteId: ID!, $format: TagFileFormat!) {
    exportTags(siteId: $siteId, format: $format) {
      fileName
      mediaType
      content
    }
  }
`);
